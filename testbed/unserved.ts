// Endpoints of a document that are on this host, and at which nothing listens.

import { once } from 'node:events'
import { connect } from 'node:net'
import { type Document, localEndpointsOf } from './document.ts'

/** On loopback the answer comes at once, unless the process is too busy. */
const WAIT_MS = 1_000

/**
 * A line that names the endpoints on this host at which nothing listens, and what starts backends there; undefined without any.
 * @param except upstreams that backends do not serve
 * @param started how many of the first endpoints have a backend of the testbed
 */
export async function describeUnserved(
  document: Document,
  except: readonly string[],
  started: number,
): Promise<string | undefined> {
  const addresses = localEndpointsOf(document, except).map(({ address }) => address)
  const answers = await Promise.all(addresses.map(hasListener))
  const unserved = addresses.filter((_, index) => !answers[index])
  if (unserved.length === 0) return undefined
  const count = answers.lastIndexOf(false) + 1
  // Backends start at the first endpoints, and not where another process listens.
  const isTaken = answers.slice(started, count).includes(true)
  const hint = isTaken ? '' : `; "--backends ${count}" starts backends there`
  return `nothing listens at ${unserved.join(', ')}${hint}`
}

/** Whether a process listens at an address. It may be too busy to accept. */
async function hasListener(address: string): Promise<boolean> {
  const [, host, port] = /^\[?([^\]]+)\]?:(\d+)$/.exec(address) ?? []
  const socket = address.startsWith('unix:')
    ? connect({ path: address.slice('unix:'.length) })
    : connect({ host: host ?? '', port: Number(port) })
  try {
    await once(socket, 'connect', { signal: AbortSignal.timeout(WAIT_MS) })
    return true
  } catch (error) {
    return !['ECONNREFUSED', 'ENOENT'].includes((error as NodeJS.ErrnoException).code ?? '')
  } finally {
    socket.destroy()
  }
}
