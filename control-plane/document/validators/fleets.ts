// Fleets: a socket for each listener, the half that its mode picks, hosts that one route has, and references that lead somewhere.

import { isIP } from 'node:net'
import { isDeepStrictEqual } from 'node:util'
import { hashOnOf } from '../../switches/lb-policies.ts'
import { stickyHashOf } from '../../switches/sticky.ts'
import { SWITCHES, type Switches } from '../../switches/switches.ts'
import { leavesOf } from '../leaves.ts'
import {
  type AnyListener,
  type BalancingFleet,
  type Config,
  type EnvoyFleet,
  type Listener,
  lbOf,
  modeOf,
  routeNamesOf,
} from '../model.ts'
import { formatSteps, type PlacedProblem } from '../problem.ts'
import { servedRoutes } from '../served-rules.ts'
import { checkL4 } from './l4.ts'
import { checkReference } from './reference.ts'

export function* checkFleets(config: Config, switches: Switches = SWITCHES): Iterable<PlacedProblem> {
  for (const [name, fleet] of Object.entries(config.fleets)) {
    if (fleet.kind === 'grpc-server') continue
    const steps = ['fleets', name, 'listeners']
    if (fleet.kind === 'envoy') yield* checkSockets(steps, fleet)
    for (const [id, listener] of Object.entries(fleet.listeners)) {
      yield* checkListener([...steps, id], config, fleet, listener)
      yield* checkHosts([...steps, id, 'l7', 'routes'], config, listener)
    }
    yield* checkHashing(config, name, fleet, switches)
  }
}

function* checkSockets(steps: readonly string[], { listeners }: EnvoyFleet): Iterable<PlacedProblem> {
  const all = Object.entries(listeners)
  for (const [index, [id, { address, port }]] of all.entries()) {
    if (address !== undefined && isIP(address) === 0) {
      yield {
        steps: [...steps, id, 'address'],
        message: `"${address}" is not an IP address: write one without a port, such as 127.0.0.1 or 0.0.0.0, or remove it, and each node binds its own`,
      }
    }
    const twin = all.slice(0, index).find(([, other]) => other.port === port && !areApart(other, address))
    if (twin !== undefined) {
      yield {
        steps: [...steps, id, 'port'],
        message: `is also the port of ${twin[0]}: choose another, or give each of the two an address of its own`,
      }
    }
  }
}

const WILDCARDS = ['0.0.0.0', '::']

/** The address of a node is known to the node only, so a listener without one may be on any. */
function areApart({ address: a }: Pick<Listener, 'address'>, b: string | undefined): boolean {
  return a !== undefined && b !== undefined && a !== b && ![a, b].some((one) => WILDCARDS.includes(one))
}

function* checkListener(
  steps: readonly string[],
  { upstreams, routes }: Config,
  fleet: BalancingFleet,
  listener: AnyListener,
): Iterable<PlacedProblem> {
  const { l7 } = listener
  const mode = modeOf(fleet, listener)
  if (listener[mode] === undefined) {
    const half = mode === 'l4' ? '{ upstream: NAME }' : '{ routes: NAME }'
    const whose = listener.mode === undefined ? "the fleet's lb.mode" : "the listener's mode"
    yield { steps: [...steps, mode], message: `is missing, and ${whose} is ${mode}: write ${half}` }
  }
  yield* checkL4(steps, listener, upstreams)
  if (typeof l7?.routes === 'string') {
    yield* checkReference([...steps, 'l7', 'routes'], l7.routes, routes, 'entry of routes')
  } else if (l7 !== undefined) {
    for (const [index, name] of l7.routes.entries()) {
      yield* checkReference([...steps, 'l7', 'routes', String(index)], name, routes, 'entry of routes')
    }
  }
}

/** Envoy rejects a listener's routes if two virtual hosts have one domain: only one of them could be reached. */
function* checkHosts(
  steps: readonly string[],
  { routes }: Config,
  listener: AnyListener,
): Iterable<PlacedProblem> {
  const names = routeNamesOf(listener)
  for (const [index, name] of names.entries()) {
    for (const other of names.slice(0, index)) {
      const taken = new Set(hostsOf(routes, other))
      const shared = hostsOf(routes, name).filter((host) => taken.has(host))
      if (shared.length === 0) continue
      const hosts = shared.map((host) => `"${host}"`).join(' and ')
      yield {
        steps: [...steps, String(index)],
        message: `has the ${shared.length === 1 ? 'host' : 'hosts'} ${hosts}, which ${formatSteps(['routes', other])} of this listener has too, so one of the two would get no calls: remove them from one`,
      }
    }
  }
}

/** In lower case, because Envoy compares them so. */
function hostsOf(routes: Config['routes'], name: string): readonly string[] {
  return Object.hasOwn(routes, name) ? (routes[name]?.hosts ?? []).map((host) => host.toLowerCase()) : []
}

/** A route has one hash, which is taken before the split between its upstreams. */
function* checkHashing(
  { upstreams, routes }: Config,
  name: string,
  fleet: BalancingFleet,
  switches: Switches,
): Iterable<PlacedProblem> {
  const used = servedRoutes(fleet)
  for (const [routeName, { rules }] of Object.entries(routes)) {
    if (!used.has(routeName)) continue
    for (const [ruleName, rule] of Object.entries(rules)) {
      const { to = {} } = rule
      const names = Object.keys(to).flatMap((name) => leavesOf(upstreams, name))
      if (names.length < 2) continue
      const split = fleet.kind === 'envoy' ? stickyHashOf(rule) : undefined
      const ofSplit = split === undefined ? [] : [{ upstream: 'sticky', hashOn: split }]
      const ofUpstreams = names.flatMap((upstream) => {
        const settings = Object.hasOwn(upstreams, upstream) ? upstreams[upstream] : undefined
        const hashOn = settings && hashOnOf(lbOf(fleet, settings), switches)
        return hashOn === undefined ? [] : [{ upstream, hashOn }]
      })
      const hashed = [...ofSplit, ...ofUpstreams]
      const other = hashed.find(({ hashOn }) => !isDeepStrictEqual(hashOn, hashed[0]?.hashOn))
      if (other === undefined) continue
      yield {
        steps: ['routes', routeName, 'rules', ruleName, 'to'],
        message: `in fleet ${name}, ${hashed[0]?.upstream} and ${other.upstream} hash calls on different things, and a rule has one hash: write the same hashOn for both`,
      }
    }
  }
}
