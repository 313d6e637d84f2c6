// A DNS server for tests and measurements: every name has the same IPv4 addresses, which may change.
// https://www.rfc-editor.org/rfc/rfc1035#section-4

import { createSocket } from 'node:dgram'
import { once } from 'node:events'

const HEADER_BYTES = 12
const TYPE_A = 1
/** An authoritative answer to a query that we understand: https://www.rfc-editor.org/rfc/rfc1035#section-4.1.1 */
const ANSWER_FLAGS = 0x8580
const SERVER_FAILURE = 2
/** Compression: the name of an answer is that of the question, which follows the header. */
const SAME_NAME = 0xc000 | HEADER_BYTES
/** No resolver may keep an answer, because addresses change. */
const TTL_SECONDS = 0

export interface NameServer {
  /** `HOST:PORT` over UDP, the authority of a target such as `dns://AUTHORITY/NAME:PORT`. */
  readonly address: string
  /** Answers with these addresses from now on. */
  readonly set: (addresses: readonly string[]) => void
  /** From now on each answer says that the server failed; or no more. */
  readonly fail: (isFailing: boolean) => void
  /** How many questions for IPv4 addresses it has answered. */
  readonly queries: () => number
  readonly close: () => void
}

/** Starts it on a free port of 127.0.0.1, or of another address of this machine. */
export async function startNameServer(addresses: readonly string[], host = '127.0.0.1'): Promise<NameServer> {
  let current = addresses
  let answered = 0
  let isFailing = false
  const socket = createSocket('udp4')
  socket.on('message', (query, from) => {
    if (isForAddresses(query)) answered += 1
    socket.send(answer(query, current, isFailing), from.port, from.address)
  })
  socket.bind(0, host)
  await once(socket, 'listening')
  return {
    address: `${host}:${socket.address().port}`,
    set(next) {
      current = next
    },
    fail(next) {
      isFailing = next
    },
    queries: () => answered,
    close: () => socket.close(),
  }
}

/** Only questions for IPv4 addresses have answers. */
function answer(query: Buffer, addresses: readonly string[], isFailing: boolean): Buffer {
  const records = isForAddresses(query) && !isFailing ? addresses.map(addressRecord) : []
  const header = Buffer.alloc(HEADER_BYTES)
  header.writeUInt16BE(query.readUInt16BE(0), 0)
  header.writeUInt16BE(ANSWER_FLAGS | (isFailing ? SERVER_FAILURE : 0), 2)
  header.writeUInt16BE(1, 4)
  header.writeUInt16BE(records.length, 6)
  return Buffer.concat([header, query.subarray(HEADER_BYTES, endOfQuestion(query)), ...records])
}

function isForAddresses(query: Buffer): boolean {
  return query.readUInt16BE(endOfQuestion(query) - 4) === TYPE_A
}

/** Behind the labels of the name, its zero, the type and the class. */
function endOfQuestion(query: Buffer): number {
  let at = HEADER_BYTES
  while ((query[at] ?? 0) > 0) at += 1 + (query[at] ?? 0)
  return at + 5
}

function addressRecord(address: string): Buffer {
  const record = Buffer.alloc(16)
  record.writeUInt16BE(SAME_NAME, 0)
  record.writeUInt16BE(TYPE_A, 2)
  record.writeUInt16BE(1, 4)
  record.writeUInt32BE(TTL_SECONDS, 6)
  record.writeUInt16BE(4, 10)
  Buffer.from(address.split('.').map(Number)).copy(record, 12)
  return record
}
