// Listens at an address: a TCP port of every address of a host, or a Unix socket.

import { lookup } from 'node:dns/promises'
import { rmSync, statSync } from 'node:fs'
import { connect, isIP } from 'node:net'
import { SwitchyardError } from '../../core/errors.ts'
import { type GrpcListener, type ListenOptions, listenForGrpc } from '../../core/grpc-listener.ts'
import { splitAddress } from '../../core/host-and-port.ts'
import { describeHolder } from '../../core/port-holder.ts'

const UNIX = 'unix:'

/** The size of `sun_path` in `sockaddr_un` on Linux, without the final zero byte. */
const MAX_SOCKET_PATH_BYTES = 107

export interface Listening {
  /** The address with the actual port. */
  readonly address: string
  readonly listeners: readonly GrpcListener[]
}

/**
 * A host name may have several addresses. They share the port.
 * @throws SwitchyardError `address-in-use`, or `invalid-argument` if the address cannot be bound
 */
export async function listenAt(
  address: string,
  reusePort: boolean,
  options: Omit<ListenOptions, 'at'>,
): Promise<Listening> {
  const listeners: GrpcListener[] = []
  try {
    if (address.startsWith(UNIX)) {
      const path = address.slice(UNIX.length)
      await prepareSocket(path)
      return { address, listeners: [await listenForGrpc({ ...options, at: { path } })] }
    }
    let { host, port } = placeOf(address)
    for (const one of await addressesOf(host)) {
      const listener = await listenForGrpc({ ...options, at: { host: one, port, reusePort } })
      listeners.push(listener)
      port = listener.port
    }
    return { address: address.replace(/:\d+$/, `:${port}`), listeners }
  } catch (cause) {
    for (const listener of listeners) listener.close()
    options.server.forceShutdown()
    const { code, message: reason } = cause as NodeJS.ErrnoException
    const inUse = code === 'EADDRINUSE'
    const message = inUse
      ? `${address} is in use by ${describeHolder(address)}: stop that process, or choose another address (port 0 picks a free one)`
      : `cannot listen on ${address}: ${reason}`
    throw new SwitchyardError(inUse ? 'address-in-use' : 'invalid-argument', message, { cause })
  }
}

function placeOf(address: string) {
  const place = splitAddress(address)
  if (place === undefined) throw new Error('write HOST:PORT, [IPv6]:PORT or unix:/PATH')
  return place
}

async function addressesOf(host: string): Promise<readonly string[]> {
  if (isIP(host) !== 0) return [host]
  return (await lookup(host, { all: true })).map(({ address }) => address)
}

async function prepareSocket(path: string): Promise<void> {
  const bytes = Buffer.byteLength(path)
  if (bytes > MAX_SOCKET_PATH_BYTES)
    throw new Error(
      `the path has ${bytes} bytes, and the limit is ${MAX_SOCKET_PATH_BYTES}: choose a shorter path`,
    )
  const found = statSync(path, { throwIfNoEntry: false })
  if (found === undefined) return
  // A file that is no socket refuses connections, as a stale socket does.
  if (!found.isSocket()) throw new Error('something else than a socket has this path: choose another one')
  if (await isStale(path)) rmSync(path)
}

/** Whether the server of a socket was killed. A socket that still accepts connections is left alone. */
function isStale(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = connect(path)
    probe.on('connect', () => {
      probe.destroy()
      resolve(false)
    })
    probe.on('error', (error: NodeJS.ErrnoException) => resolve(error.code === 'ECONNREFUSED'))
  })
}
