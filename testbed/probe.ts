// Whether a process listens at an address on this host.

import { once } from 'node:events'
import { connect } from 'node:net'
import { splitAddress } from '../core/host-and-port.ts'

/** On loopback the answer comes at once, unless the process is too busy to accept. */
const WAIT_MS = 1_000

/** @param address `HOST:PORT` or `unix:/PATH` */
export async function probe(address: string): Promise<'listens' | 'nobody' | 'no answer'> {
  const socket = address.startsWith('unix:')
    ? connect({ path: address.slice('unix:'.length) })
    : connect(splitAddress(address) ?? { host: '', port: 0 })
  try {
    await once(socket, 'connect', { signal: AbortSignal.timeout(WAIT_MS) })
    return 'listens'
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException
    return ['ECONNREFUSED', 'ENOENT'].includes(code) ? 'nobody' : 'no answer'
  } finally {
    socket.destroy()
  }
}
