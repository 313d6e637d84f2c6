// Where each switch that Envoys support attaches in one base document, whose names are those of the examples of the declarations. For
// tests that turn or draw all switches: a new one is in the list by its declaration.

import { type TSchema, Type } from 'typebox'
import {
  LISTENER as LISTENER_FIELDS,
  ROUTE,
  RULE as RULE_FIELDS,
} from '../../control-plane/document/base-fields.ts'
import { isHttpFilterSwitch } from '../../control-plane/switches/http-filters.ts'
import { JwtProviderSchema } from '../../control-plane/switches/jwt-provider.ts'
import { SWITCHES, type Switches } from '../../control-plane/switches/switches.ts'

export interface Place {
  /** The path in the document as the reference has it; of a policy its name instead: `upstreams.*.lb=ring_hash`. */
  readonly name: string
  /** From the top of the base document. */
  readonly steps: readonly string[]
  readonly schema: TSchema
}

/** Names of the base document. */
export const NAMES = {
  upstream: 'echo',
  endpoint: 'b2',
  route: 'public',
  rule: 'calls',
  fleet: 'edge',
  listener: 'main',
} as const

const ENDPOINT = ['upstreams', NAMES.upstream, 'endpoints', NAMES.endpoint]
const UPSTREAM = ['upstreams', NAMES.upstream]
const RULE = ['routes', NAMES.route, 'rules', NAMES.rule]
const FLEET = ['fleets', NAMES.fleet]
const LISTENER = [...FLEET, 'listeners', NAMES.listener]

type Declared = {
  readonly field: string
  readonly schema: TSchema
  readonly appliesTo: readonly string[]
  readonly alsoOfFleet?: boolean
}

/** Every place of every switch, those of one list after the other. */
export function placesOf(switches: Switches = SWITCHES): readonly Place[] {
  const { endpoints, upstreams, rules, listeners, fleets, lbOptions, lbPolicies, httpFilters } = switches
  const filters = httpFilters.filter(isHttpFilterSwitch)
  const inLists: readonly (readonly [path: string, steps: readonly string[], list: readonly Declared[]])[] = [
    ['upstreams.*.endpoints.*', ENDPOINT, endpoints],
    ['upstreams.*', UPSTREAM, upstreams],
    ['routes.*.rules.*', RULE, rules],
    ['fleets.*', FLEET, rules.filter(isOfFleetToo)],
    ['fleets.*.listeners.*', LISTENER, listeners],
    ['fleets.*', FLEET, listeners.filter(isOfFleetToo)],
    ['fleets.*', FLEET, fleets],
    ['fleets.*.lb', [...FLEET, 'lb'], lbOptions],
    ['upstreams.*.lb', [...UPSTREAM, 'lb'], lbOptions],
    ...(['security', 'filters'] as const).map(
      (room) =>
        [`fleets.*.${room}`, [...FLEET, room], filters.filter((filter) => filter.room === room)] as const,
    ),
    [
      'routes.*.rules.*.filters',
      [...RULE, 'filters'],
      filters.flatMap(({ rule, ...filter }) => (rule ? [{ ...filter, schema: rule.schema }] : [])),
    ],
  ]
  return [
    ...inLists.flatMap(([path, steps, list]) =>
      list
        .filter(({ appliesTo }) => appliesTo.includes('envoy'))
        .map(({ field, schema }) => ({ name: `${path}.${field}`, steps: [...steps, field], schema })),
    ),
    ...lbPolicies
      .filter(({ appliesTo }) => appliesTo.includes('envoy'))
      .map(({ name, options }) => ({
        name: `upstreams.*.lb=${name}`,
        steps: [...UPSTREAM, 'lb'],
        schema: Type.Object({ policy: Type.Literal(name), ...options }, { additionalProperties: false }),
      })),
  ]
}

/** Fields that no switch declares, and that decide what switches meet. */
export const STRUCTURE: readonly Place[] = [
  { name: 'routes.*.rules.*.match', steps: [...RULE, 'match'], schema: RULE_FIELDS.match },
  { name: 'routes.*.rules.*.to', steps: [...RULE, 'to'], schema: RULE_FIELDS.to },
  { name: 'routes.*.hosts', steps: ['routes', NAMES.route, 'hosts'], schema: ROUTE.hosts },
  { name: 'fleets.*.lb.mode', steps: [...FLEET, 'lb', 'mode'], schema: LISTENER_FIELDS.mode },
  { name: 'fleets.*.listeners.*.mode', steps: [...LISTENER, 'mode'], schema: LISTENER_FIELDS.mode },
  { name: 'jwt.*', steps: ['jwt', 'main'], schema: JwtProviderSchema },
]

function isOfFleetToo({ alsoOfFleet }: Declared): boolean {
  return alsoOfFleet === true
}
