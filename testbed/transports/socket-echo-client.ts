// Sends a message, waits until all of it has come back, and sends the next: the client of the socket echo, as a process.

import { promises } from 'node:dns'
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { createInterface } from 'node:readline'
import { encodeHistogram, newHistogram, record } from '../measure/histogram.ts'
import type { EchoResult, EchoRun } from './socket-echo-protocol.ts'

async function measure({ target, messages, warmUp, bytes }: EchoRun): Promise<EchoResult> {
  const socket = await open(target)
  const histogram = newHistogram()
  const message = Buffer.alloc(bytes, 1)
  for (let sent = 0; sent < warmUp + messages; sent += 1) {
    const begun = process.hrtime.bigint()
    await roundTrip(socket, message)
    const ms = Number(process.hrtime.bigint() - begun) / 1e6
    if (sent >= warmUp) record(histogram, ms)
  }
  socket.destroy()
  return { histogram: encodeHistogram(histogram), messages, bytes }
}

/** Without a promise for each chunk, because a large message has many. */
function roundTrip(socket: Socket, message: Buffer): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  let missing = message.length
  const onData = (chunk: Buffer) => {
    missing -= chunk.length
    if (missing > 0) return
    socket.off('data', onData).off('close', onClose)
    resolve()
  }
  const onClose = () => reject(new Error('the server closed the connection'))
  socket.on('data', onData).once('close', onClose)
  socket.write(message)
  return promise
}

async function open(target: string): Promise<Socket> {
  if (target.startsWith('unix:')) return await connected(connect(target.slice('unix:'.length)))
  const groups = /^(?:dns:\/\/(?<server>[^/]*)\/)?(?<host>.+):(?<port>\d+)$/.exec(target)?.groups
  if (groups === undefined)
    throw new Error('the target is no unix:/path, HOST:PORT or dns://SERVER/NAME:PORT')
  const { host = '', port, server } = groups
  return await connected(connect({ host: await addressOf(host, server), port: Number(port), noDelay: true }))
}

async function addressOf(host: string, server: string | undefined): Promise<string> {
  if (server === undefined) return host
  const resolver = new promises.Resolver()
  resolver.setServers([server])
  const [address = host] = await resolver.resolve4(host)
  return address
}

async function connected(socket: Socket): Promise<Socket> {
  await once(socket, 'connect')
  return socket
}

createInterface({ input: process.stdin })
  .on('line', (line) => {
    measure(JSON.parse(line)).then(
      (result) => process.stdout.write(`${JSON.stringify(result)}\n`),
      (error: unknown) => process.stdout.write(`${JSON.stringify({ failed: String(error) })}\n`),
    )
  })
  .on('close', () => process.exit(0))
process.stdout.write(`${JSON.stringify({ client: process.pid })}\n`)
