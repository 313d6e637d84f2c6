// Names of virtual hosts (VHDS): the name of a route configuration, a slash, and a host. A host has no slash.
// https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_conn_man/vhds

import { memoize } from '../../core/memo.ts'
import { allHostsOf } from './references.ts'
import type { TypeSnapshot } from './type-snapshot.ts'

const NO_HOSTS: readonly string[] = []

/** The names of the virtual hosts that the name of `allHostsOf` stands for. */
export function hostsAmong(hosts: TypeSnapshot, all: string): readonly string[] {
  return hostsByRoutes(hosts).get(all) ?? NO_HOSTS
}

/** One look at all virtual hosts, for all streams and route configurations. */
const hostsByRoutes = memoize((hosts: TypeSnapshot): ReadonlyMap<string, readonly string[]> => {
  const byRoutes = new Map<string, string[]>()
  for (const { name } of hosts.list) {
    const all = allHostsOf(name.slice(0, Math.max(0, name.lastIndexOf('/'))))
    const names = byRoutes.get(all)
    if (names === undefined) byRoutes.set(all, [name])
    else names.push(name)
  }
  return byRoutes
})
