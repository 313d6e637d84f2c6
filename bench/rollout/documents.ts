// The documents of the benchmark: many upstreams with a route to each, shared by some fleets.

/** `node.cluster` of the clients of `xds-swarm`. */
export const FLEET = 'swarm'

/** @param fleets their number; the first one is `FLEET` */
export function documentOf(upstreams: number, fleets: number) {
  const names = Array.from({ length: upstreams }, (_, index) => `u-${index}`)
  const rules = names.map((name) => [name, { match: { prefix: `/${name}/` }, to: { [name]: 100 } }])
  const fleet = {
    kind: 'envoy',
    lb: { mode: 'l7', policy: 'round_robin' },
    listeners: { main: { port: 10_000, l7: { routes: 'all' } } },
  }
  return {
    version: 1,
    upstreams: Object.fromEntries(names.map((name, index) => [name, upstreamAt(index)])),
    routes: { all: { hosts: ['*'], rules: Object.fromEntries(rules) } },
    fleets: Object.fromEntries(
      Array.from({ length: fleets }, (_, index) => [index === 0 ? FLEET : `fleet-${index}`, fleet]),
    ),
  }
}

function upstreamAt(index: number) {
  return { endpoints: { first: { address: `127.0.0.1:${10_000 + (index % 10_000)}`, weight: 1 } } }
}

/** A merge patch that changes one upstream; patches with different weights differ. */
export function patchWith(weight: number) {
  return { upstreams: { 'u-0': { endpoints: { first: { weight } } } } }
}
