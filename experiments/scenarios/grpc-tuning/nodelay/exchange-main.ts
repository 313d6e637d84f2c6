// Two ends of plain TCP as programs: a request that is written in two parts, and an answer when both have arrived.

import { once } from 'node:events'
import { type AddressInfo, connect, createServer } from 'node:net'
import type { ExchangeClientFlags, ExchangeServerFlags } from './exchange.ts'

/** Of each part: far less than a packet takes, so that Nagle's algorithm holds the second back. */
const PART = Buffer.alloc(100)
const REQUEST_BYTES = 2 * PART.length

const flags: ExchangeClientFlags | ExchangeServerFlags = JSON.parse(process.argv[2] ?? '{}')
process.stdin.on('end', () => process.exit(0)).resume()
if ('port' in flags) await beClient(flags)
else await beServer(flags)

async function beServer({ host }: ExchangeServerFlags): Promise<void> {
  const server = createServer({ noDelay: true }, (socket) => {
    let received = 0
    socket.on('error', () => {})
    socket.on('data', ({ length }) => {
      received += length
      for (; received >= REQUEST_BYTES; received -= REQUEST_BYTES) socket.write(PART)
    })
  })
  server.listen({ host, port: 0 })
  await once(server, 'listening')
  print({ port: (server.address() as AddressInfo).port })
}

async function beClient({ host, port, noDelay, exchanges }: ExchangeClientFlags): Promise<void> {
  // Without the option, the socket is as Node makes it.
  const socket = connect({ host, port, ...(noDelay && { noDelay }) })
  await once(socket, 'connect')
  const latenciesUs: number[] = []
  while (latenciesUs.length < exchanges) {
    const begun = performance.now()
    socket.write(PART)
    socket.write(PART)
    await once(socket, 'data')
    latenciesUs.push(Math.round((performance.now() - begun) * 1_000))
  }
  // It stays open, so that its options can be read.
  print({ latenciesUs, pid: process.pid })
}

function print(value: object): void {
  process.stdout.write(`${JSON.stringify(value)}\n`)
}
