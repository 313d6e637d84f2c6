// A DNS server on loopback whose answers a test can change: https://www.rfc-editor.org/rfc/rfc1035

import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { type Answer, decode, encode, type Question } from 'dns-packet'

export interface DnsServer {
  /** `127.0.0.1:PORT`. */
  readonly address: string
  /** The IPv4 addresses of each name from now on. Names that are not listed do not exist. */
  answer(addresses: Readonly<Record<string, readonly string[]>>): void
}

export async function startDnsServer(t: { teardown(end: () => unknown): unknown }): Promise<DnsServer> {
  let known: Readonly<Record<string, readonly string[]>> = {}
  const socket = createSocket('udp4')
  socket.on('message', (bytes, { address, port }) => {
    const { id, questions = [] } = decode(bytes)
    const isKnown = questions.some(({ name }) => known[name] !== undefined)
    const answer = {
      type: 'response' as const,
      ...(id !== undefined && { id }),
      // NXDOMAIN, or an answer that may have no address of the wanted kind.
      flags: isKnown ? 0 : 3,
      questions,
      answers: questions.flatMap((question) => answersTo(question, known)),
    }
    socket.send(encode(answer), port, address)
  })
  socket.bind(0, '127.0.0.1')
  await once(socket, 'listening')
  t.teardown(() => socket.close())
  return {
    address: `127.0.0.1:${socket.address().port}`,
    answer(addresses) {
      known = addresses
    },
  }
}

function answersTo(
  { type, name }: Question,
  known: Readonly<Record<string, readonly string[]>>,
): readonly Answer[] {
  if (type !== 'A') return []
  return (known[name] ?? []).map((data) => ({ type: 'A', name, ttl: 0, data }))
}
