// Backends and callers of bytes: a backend greets each connection with its id, over TLS if it has a certificate.

import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { connect as connectTls, createServer as createTlsServer } from 'node:tls'
import type { Issued } from '../../testbed/certificates/authority.ts'
import type { Teardowns } from './real-envoy.ts'
import { untilEnded } from './until-ended.ts'

export interface GreetingBackend {
  readonly address: string
  /** The bytes that each connection sent, in the order of connections. */
  readonly received: readonly Buffer[][]
}

/** @param options.identity with it, the backend speaks TLS; @param options.awaited a text that it waits for before it greets */
export async function startGreeting(
  t: Teardowns,
  id: string,
  { identity, awaited }: { readonly identity?: Issued; readonly awaited?: string } = {},
): Promise<GreetingBackend> {
  const received: Buffer[][] = []
  const sockets = new Set<Socket>()
  const greet = (socket: Socket) => {
    const bytes: Buffer[] = []
    received.push(bytes)
    sockets.add(socket)
    socket.on('error', () => {}).on('close', () => sockets.delete(socket))
    if (awaited === undefined) socket.write(`${id}\n`)
    socket.on('data', (part) => {
      bytes.push(part)
      if (awaited !== undefined && Buffer.concat(bytes).includes(awaited)) socket.write(`${id}\n`)
    })
  }
  const server =
    identity === undefined
      ? createServer(greet)
      : createTlsServer({ cert: identity.certificate, key: identity.key }, greet)
  await once(server.listen(0, '127.0.0.1'), 'listening')
  t.teardown(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  return { address: `127.0.0.1:${(server.address() as AddressInfo).port}`, received }
}

export interface Caller {
  /** The host name of TLS; without it, the connection has no TLS. */
  readonly name?: string
  readonly ca?: string
  /** The first bytes of the connection, before TLS. */
  readonly first?: Uint8Array | string
}

export interface Greeted {
  /** The id of the backend; `closed` if the connection ended without a greeting. */
  readonly by: string
  readonly port: number
  readonly hangUp: () => void
  readonly closed: Promise<void>
}

/** Opens a connection and waits for the greeting, or for the end. */
export async function callGreeting(
  t: Teardowns,
  address: string,
  { name, ca = '', first }: Caller = {},
): Promise<Greeted> {
  const [host = '', port] = address.split(':')
  const socket = connect(Number(port), host)
  t.teardown(() => socket.destroy())
  const closed = untilEnded(socket)
  await Promise.race([once(socket, 'connect'), closed])
  const own = socket.localPort ?? 0
  if (first !== undefined) socket.write(first)
  const stream = name === undefined ? socket : connectTls({ socket, servername: name, ca })
  stream.on('error', () => {})
  const greeting = new Promise<string>((resolve) => {
    stream.once('data', (bytes: Buffer) => resolve(bytes.toString().trim()))
    stream.once('close', () => resolve('closed'))
  })
  return { by: await greeting, port: own, hangUp: () => socket.destroy(), closed }
}
