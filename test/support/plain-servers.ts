// Example servers on several loopback addresses with one port, as the hosts behind one DNS name have it.

import type { Test } from 'tap'
import type { GrpcServerProcess } from '../../testbed/grpc-server-process.ts'
import { startServer } from './grpc-client.ts'

export interface PlainServers {
  readonly port: number
  /** Their IP addresses, in the order of their names. */
  readonly ips: readonly string[]
  readonly servers: readonly GrpcServerProcess[]
}

/** Starts servers named s1, s2, … in Node, on 127.0.0.2, 127.0.0.3, … */
export async function startPlainServers(
  t: Test,
  count: number,
  settings: { readonly maxConnectionAgeMs?: number } = {},
): Promise<PlainServers> {
  const ips = Array.from({ length: count }, (_, index) => `127.0.0.${index + 2}`)
  const start = (index: number, port: number) =>
    startServer(t, { language: 'node', name: `s${index + 1}`, listen: `${ips[index]}:${port}`, ...settings })
  // The first one chooses the port.
  const first = await start(0, 0)
  const port = Number(first.listening.split(':').at(-1))
  const others = await Promise.all(ips.slice(1).map((_, index) => start(index + 1, port)))
  return { port, ips, servers: [first, ...others] }
}

export const ROUND_ROBIN = { loadBalancingConfig: [{ round_robin: {} }] }
