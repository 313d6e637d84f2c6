// Fleets of gRPC clients: what these clients NACK, and listeners whose clients would find no route.

import { SWITCHES, type Switches } from '../../switches/switches.ts'
import { parseAddress } from '../address.ts'
import { switchesReachedBy } from '../configured-switches.ts'
import { type Config, type ProxylessFleet, routeNamesOf, type Upstream } from '../model.ts'
import { formatSteps, type PlacedProblem } from '../problem.ts'
import { servedRules } from '../served-rules.ts'

/** Sums of weights are unsigned numbers of 32 bits: https://github.com/grpc/proposal/blob/master/A28-xds-traffic-splitting-and-routing.md */
const MAX_SUM = 4_294_967_295

export function* checkProxyless(config: Config, switches: Switches = SWITCHES): Iterable<PlacedProblem> {
  const reached = new Map<string, string>()
  for (const [name, fleet] of Object.entries(config.fleets)) {
    if (fleet.kind !== 'proxyless') continue
    yield* checkTargets(config, name, fleet)
    for (const upstream of switchesReachedBy(config, name, fleet, switches).upstreams) {
      if (!reached.has(upstream)) reached.set(upstream, name)
    }
    yield* checkSplits(config, name, fleet)
  }
  for (const [name, fleet] of reached) {
    const upstream = config.upstreams[name]
    if (upstream !== undefined) yield* checkEndpoints(['upstreams', name, 'endpoints'], upstream, fleet)
  }
}

/** gRPC takes the name of its target for the host, and compares it as it is: with its port, and in the case of its letters. */
function* checkTargets(
  { routes }: Config,
  name: string,
  { listeners }: ProxylessFleet,
): Iterable<PlacedProblem> {
  for (const [id, listener] of Object.entries(listeners)) {
    const known = routeNamesOf(listener).filter((route) => Object.hasOwn(routes, route))
    const hosts = known.flatMap((route) => routes[route]?.hosts ?? [])
    if (known.length === 0 || hosts.some((host) => isMatch(host, id))) continue
    const places = known.map((route) => formatSteps(['routes', route, 'hosts'])).join(' or ')
    yield {
      steps: ['fleets', name, 'listeners', id],
      message: `matches no host of its routes, so calls to xds:///${id} would find no route: add "${id}" or "*" to ${places}, or rename the listener`,
    }
  }
}

function isMatch(host: string, target: string): boolean {
  if (host.startsWith('*')) return target.endsWith(host.slice(1))
  return host.endsWith('*') ? target.startsWith(host.slice(0, -1)) : host === target
}

function* checkSplits(config: Config, fleet: string, served: ProxylessFleet): Iterable<PlacedProblem> {
  for (const [steps, { to = {} }] of servedRules(config, served)) {
    const sum = Object.values(to).reduce((total, weight) => total + weight, 0)
    if (sum <= MAX_SUM) continue
    yield {
      steps: [...steps, 'to'],
      message: `has weights with the sum ${sum}, and gRPC clients (fleet ${formatSteps([fleet])}) take at most ${MAX_SUM}: write smaller weights`,
    }
  }
}

function* checkEndpoints(
  steps: readonly string[],
  { endpoints = {} }: Upstream,
  fleet: string,
): Iterable<PlacedProblem> {
  const who = `gRPC clients (fleet ${formatSteps([fleet])})`
  const textOf = new Map<string, { readonly id: string; readonly text: string }>()
  for (const [id, { address, additionalAddresses = [] }] of Object.entries(endpoints)) {
    for (const [index, text] of [address, ...additionalAddresses].entries()) {
      const at =
        index === 0 ? [...steps, id, 'address'] : [...steps, id, 'additionalAddresses', String(index - 1)]
      const parsed = parseAddress(text)
      if (typeof parsed === 'string') continue
      if (parsed.kind === 'unix') {
        yield {
          steps: at,
          message: `is a Unix socket, and ${who} connect to IP addresses only: write IP:PORT, or give the fleet an upstream of its own`,
        }
        continue
      }
      const same = canonical(parsed.host, parsed.port)
      const twin = textOf.get(same)
      // Texts that are equal are a problem for every fleet.
      if (twin !== undefined && twin.text !== text) {
        yield { steps: at, message: `is also the address of ${twin.id}, which ${who} NACK: remove one` }
      }
      textOf.set(same, { id, text })
    }
  }
  const sum = Object.values(endpoints).reduce((total, { weight = 1 }) => total + weight, 0)
  if (sum > MAX_SUM) {
    yield {
      steps,
      message: `have weights with the sum ${sum}, and ${who} take at most ${MAX_SUM}: write smaller weights`,
    }
  }
}

/** IPv6 addresses have several spellings. */
function canonical(host: string, port: number): string {
  return new URL(host.includes(':') ? `http://[${host}]:${port}` : `http://${host}:${port}`).host
}
