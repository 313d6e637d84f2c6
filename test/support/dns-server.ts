// A DNS server that answers with the IPv4 addresses of one name. Tests change them.

import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import type { Teardown } from './xds-client.ts'

export interface DnsServer {
  /** `HOST:PORT`, the authority of a target such as `dns://AUTHORITY/NAME:PORT`. */
  readonly address: string
  /** Answers with these addresses from now on. */
  set(addresses: readonly string[]): void
  /** How many questions for IPv4 addresses it has answered. */
  queries(): number
}

const A = 1
const RESPONSE = 0x8580
const HEADER_BYTES = 12
/** Type and class at the end of a question. */
const QUESTION_END_BYTES = 4

/** Every name has the addresses; other types have no records. https://www.rfc-editor.org/rfc/rfc1035#section-4 */
export async function startDnsServer(t: Teardown, addresses: readonly string[]): Promise<DnsServer> {
  let current = addresses
  let answered = 0
  const socket = createSocket('udp4')
  t.teardown(() => socket.close())
  socket.on('message', (query, { port, address }) => {
    const end = endOfQuestion(query)
    const isForAddresses = query.readUInt16BE(end - QUESTION_END_BYTES) === A
    if (isForAddresses) answered += 1
    const records = (isForAddresses ? current : []).map(recordOf)
    const header = Buffer.alloc(HEADER_BYTES)
    header.writeUInt16BE(query.readUInt16BE(0), 0)
    header.writeUInt16BE(RESPONSE, 2)
    header.writeUInt16BE(1, 4)
    header.writeUInt16BE(records.length, 6)
    socket.send(Buffer.concat([header, query.subarray(HEADER_BYTES, end), ...records]), port, address)
  })
  socket.bind(0, '127.0.0.1')
  await once(socket, 'listening')
  return {
    address: `127.0.0.1:${socket.address().port}`,
    set(next) {
      current = next
    },
    queries: () => answered,
  }
}

/** The offset after the first question: labels with their lengths, a zero, type and class. */
function endOfQuestion(query: Buffer): number {
  let at = HEADER_BYTES
  while (query.readUInt8(at) !== 0) at += query.readUInt8(at) + 1
  return at + 1 + QUESTION_END_BYTES
}

/** A record of the name in the question, that no resolver may keep. */
function recordOf(address: string): Buffer {
  const record = Buffer.alloc(16)
  record.writeUInt16BE(0xc000 | HEADER_BYTES, 0)
  record.writeUInt16BE(A, 2)
  record.writeUInt16BE(1, 4)
  record.writeUInt32BE(0, 6)
  record.writeUInt16BE(4, 10)
  for (const [index, byte] of address.split('.').entries()) record.writeUInt8(Number(byte), 12 + index)
  return record
}
