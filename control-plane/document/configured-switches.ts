// The switches that a document sets: the path of each, with its settings in effect. Validation and translation use this list.

import { memoize, memoizeByText, memoizeEntry } from '../../core/memo.ts'
import { ownValue } from '../../core/plain-map.ts'
import type { FieldSwitch, SettingReference } from '../switches/attach-points.ts'
import { inEffect } from '../switches/defaults.ts'
import { configuredFilters } from '../switches/filter-chain.ts'
import { isHttpFilterSwitch } from '../switches/http-filters.ts'
import type { SettingFile } from '../switches/setting-file.ts'
import { SWITCHES, type Switches } from '../switches/switches.ts'
import { ADDITIONAL_ADDRESSES } from './additional-addresses.ts'
import { upstreamsOfL4 } from './l4.ts'
import { MATCH_SUPPORT } from './match-support.ts'
import {
  type Config,
  type Fleet,
  type LbSettings,
  type Route,
  type Rule,
  routeNamesOf,
  type Upstream,
} from './model.ts'

export interface ConfiguredSwitch {
  /** From the top of the document to the settings. */
  readonly steps: readonly string[]
  readonly declared: Pick<
    FieldSwitch,
    | 'appliesTo'
    | 'grpcClients'
    | 'unsupportedBy'
    | 'unsupportedByEnvoy'
    | 'protects'
    | 'references'
    | 'files'
    | 'problems'
  >
  /** In effect: with the default of each field that is not written. */
  readonly settings: never
  readonly written: never
}

type Entry = Readonly<Record<string, unknown>>

function fieldsOf(
  steps: readonly string[],
  entry: Entry,
  switches: readonly FieldSwitch[],
): ConfiguredSwitch[] {
  return switches.flatMap((declared) => {
    const { field, schema } = declared
    if (entry[field] === undefined) return []
    const written = entry[field] as never
    return [{ steps: [...steps, field], declared, written, settings: inEffect(schema, written) as never }]
  })
}

function ofLb(steps: readonly string[], lb: LbSettings | undefined, switches: Switches): ConfiguredSwitch[] {
  if (lb === undefined) return []
  const policy = switches.lbPolicies.find(({ name }) => name === lb.policy)
  return [
    ...(policy
      ? [{ steps: [...steps, 'policy'], declared: policy, written: lb as never, settings: lb as never }]
      : []),
    ...fieldsOf(steps, lb, switches.lbOptions),
  ]
}

export function switchesOfUpstream(
  name: string,
  upstream: Upstream,
  switches: Switches = SWITCHES,
): readonly ConfiguredSwitch[] {
  return ofUpstream(name, upstream, switches)
}

export function switchesOfRoute(
  name: string,
  route: Route,
  switches: Switches = SWITCHES,
): readonly ConfiguredSwitch[] {
  return ofRoute(name, route, switches)
}

/** Each fleet, validation, translation and the secrets ask for the same ones, and most entries stay as they are over a write. */
const ofUpstream = memoizeEntry(
  (name, upstream: Upstream, switches: Switches): readonly ConfiguredSwitch[] => {
    const steps = ['upstreams', name]
    return [
      ...Object.entries(upstream.endpoints ?? {}).flatMap(([id, endpoint]) =>
        fieldsOf([...steps, 'endpoints', id], endpoint, [ADDITIONAL_ADDRESSES, ...switches.endpoints]),
      ),
      ...ofLb([...steps, 'lb'], upstream.lb, switches),
      ...fieldsOf(steps, upstream, switches.upstreams),
    ]
  },
)

const ofRoute = memoizeEntry((name, { rules }: Route, switches: Switches): readonly ConfiguredSwitch[] => {
  const filters = switches.httpFilters.filter(isHttpFilterSwitch)
  return Object.entries(rules).flatMap(([id, rule]) => {
    const steps = ['routes', name, 'rules', id]
    const { filters: written = {} } = rule as { readonly filters?: Entry }
    const ofFilters = filters.flatMap(({ field, appliesTo, rule: own }) =>
      own === undefined ? [] : [{ ...own, field, appliesTo }],
    )
    return [
      ...ofMatch([...steps, 'match'], rule),
      ...fieldsOf(steps, rule, switches.rules),
      ...fieldsOf([...steps, 'filters'], written, ofFilters),
    ]
  })
})

/** Clients read a path alike, but not regular expressions, headers, queries and tokens. */
function ofMatch(steps: readonly string[], { match }: Rule): readonly ConfiguredSwitch[] {
  if ([match.regex, match.headers, match.query, match.token].every((part) => part === undefined)) return []
  return [{ steps, declared: MATCH_SUPPORT, written: match as never, settings: match as never }]
}

/** Of the fleet itself, its listeners and its filters. */
export function switchesOfFleet(
  name: string,
  fleet: Fleet,
  switches: Switches = SWITCHES,
): readonly ConfiguredSwitch[] {
  const steps = ['fleets', name]
  return [
    ...ofLb([...steps, 'lb'], fleet.lb, switches),
    ...fieldsOf(steps, { ...fleet }, [
      ...switches.fleets,
      ...switches.rules.filter((one) => one.alsoOfFleet),
      ...(fleet.kind === 'envoy' ? switches.listeners.filter((one) => one.alsoOfFleet) : []),
    ]),
    ...Object.entries(fleet.listeners).flatMap(([id, listener]) =>
      fieldsOf([...steps, 'listeners', id], { ...listener }, listenerSwitchesOf(fleet, switches)),
    ),
    ...configuredFilters(fleet, switches.httpFilters).map(({ filter, written, settings }) => ({
      steps: [...steps, filter.room, filter.field],
      declared: filter,
      written,
      settings,
    })),
  ]
}

function listenerSwitchesOf(
  { kind }: Fleet,
  { listeners, serverListeners }: Switches,
): readonly FieldSwitch[] {
  return kind === 'grpc-server' ? serverListeners : listeners
}

/** All that may need a secret: gRPC clients have certificates of their own, so what only they reach needs none. */
export function switchesWithSecrets(
  config: Config,
  switches: Switches = SWITCHES,
): readonly ConfiguredSwitch[] {
  const reachedBy = (isWanted: (fleet: Fleet) => boolean) =>
    new Set(
      Object.entries(config.fleets)
        .filter(([, fleet]) => isWanted(fleet))
        .flatMap(([name, fleet]) => [...switchesReachedBy(config, name, fleet, switches).upstreams]),
    )
  const byEnvoys = reachedBy(({ kind }) => kind === 'envoy')
  const byOthers = reachedBy(({ kind }) => kind !== 'envoy')
  return switchesOf(config, switches).filter(
    ({ steps: [map, name = ''] }) => map !== 'upstreams' || byEnvoys.has(name) || !byOthers.has(name),
  )
}

/** All of a document, in its order. */
export function switchesOf(config: Config, switches: Switches = SWITCHES): readonly ConfiguredSwitch[] {
  return [
    ...Object.entries(config.upstreams).flatMap(([name, one]) => switchesOfUpstream(name, one, switches)),
    ...Object.entries(config.routes).flatMap(([name, one]) => switchesOfRoute(name, one, switches)),
    ...Object.entries(config.fleets).flatMap(([name, one]) => switchesOfFleet(name, one, switches)),
  ]
}

interface Reach {
  readonly configured: readonly ConfiguredSwitch[]
  readonly upstreams: ReadonlySet<string>
}

/** The switches that the clients of a fleet meet: its own, and those of all routes and upstreams that it leads to. */
export function switchesReachedBy(
  config: Config,
  fleetName: string,
  fleet: Fleet,
  switches: Switches = SWITCHES,
): Reach {
  const listeners = Object.values(fleet.listeners)
  const own = switchesOfFleet(fleetName, fleet, switches)
  const starts: Starts = {
    routes: [...new Set(listeners.flatMap(routeNamesOf))],
    upstreams: listeners.flatMap(({ l4 }) => upstreamsOfL4(l4)),
    references: upstreamsOf(own, config),
  }
  const { configured, upstreams } = reachFrom(switches)(config, JSON.stringify(starts))
  return { configured: [...own, ...configured], upstreams }
}

/** The names that a fleet itself refers to. */
interface Starts {
  readonly routes: readonly string[]
  readonly upstreams: readonly string[]
  /** Of its switches. */
  readonly references: readonly string[]
}

/** Fleets with the same starts share what they reach, which may be all upstreams of the document. */
const reachFrom = memoize((switches: Switches) =>
  memoizeByText((config: Config, text): Reach => {
    const starts: Starts = JSON.parse(text)
    const configured: ConfiguredSwitch[] = []
    const names = [...starts.upstreams]
    for (const name of starts.routes) {
      const route = ownValue(config.routes, name)
      if (route === undefined) continue
      configured.push(...switchesOfRoute(name, route, switches))
      names.push(...Object.values(route.rules).flatMap(({ to = {} }) => Object.keys(to)))
    }
    names.push(...starts.references, ...upstreamsOf(configured, config))
    const reached = new Set<string>()
    for (let name = names.pop(); name !== undefined; name = names.pop()) {
      const upstream = ownValue(config.upstreams, name)
      if (upstream === undefined || reached.has(name)) continue
      reached.add(name)
      const own = switchesOfUpstream(name, upstream, switches)
      configured.push(...own)
      names.push(...upstreamsOf(own, config))
    }
    return { configured, upstreams: reached }
  }),
)

function upstreamsOf(configured: readonly ConfiguredSwitch[], { jwt = {} }: Config): string[] {
  return configured.flatMap(referencesOf).flatMap(({ to, name }) => {
    if (to === 'jwt') return ownValue(jwt, name)?.jwks.upstream ?? []
    return to === 'upstreams' ? name : []
  })
}

export function referencesOf({ declared, settings }: ConfiguredSwitch): readonly SettingReference[] {
  return declared.references?.(settings) ?? []
}

/** The files that switches need which are on, in the order of the switches. `from` are the steps to the settings. */
export function filesUsedBy(
  configured: readonly ConfiguredSwitch[],
): readonly (SettingFile & { readonly from: readonly string[] })[] {
  return configured
    .filter(isOn)
    .flatMap(({ steps: from, declared, settings }) =>
      (declared.files?.(settings) ?? []).map((one) => ({ ...one, from })),
    )
}

/** What is off needs nothing beside the document. */
export function isOn({ settings }: Pick<ConfiguredSwitch, 'settings'>): boolean {
  return (settings as { readonly enabled?: boolean }).enabled !== false
}

/** The secrets that switches need which are on: what is off needs no key on any Envoy. */
export function secretsUsedBy(
  configured: Iterable<ConfiguredSwitch>,
): readonly { readonly secret: string; readonly part: 'certificate' | 'ca' }[] {
  return [...configured]
    .filter(isOn)
    .flatMap(referencesOf)
    .flatMap(({ to, name, part }) => (to === 'secrets' && part ? [{ secret: name, part }] : []))
}
