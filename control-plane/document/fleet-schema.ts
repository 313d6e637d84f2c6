// The JSON Schema of a fleet. Its fields depend on its kind, so errors name the fields of that kind only.

import { type TProperties, type TSchema, Type } from 'typebox'
import type { FleetKind, HttpFilterSwitch } from '../switches/attach-points.ts'
import { fieldsOf } from '../switches/fields-of.ts'
import { lbSettingsSchema } from '../switches/lb-policies.ts'
import { NamedMap } from '../switches/named-map.ts'
import { CLIENTS, facts } from '../switches/schema-keywords.ts'
import type { Switches } from '../switches/switches.ts'
import {
  ALLOW_UNPROTECTED,
  AUTHORITY,
  CERTIFICATE_PROVIDER,
  GRPC_CLIENT_LIST,
  LISTENER,
  MODES,
  PROXYLESS_LISTENER,
  SERVER_LISTENER,
  strict,
} from './base-fields.ts'
import { filterRoom } from './filter-room.ts'

const ENVOY_MODE = 'Listener.filter_chains.filters'

/** `lb` of a fleet of Envoys. */
export function lbSchema(switches: Switches) {
  const mode = Type.Enum([...MODES], {
    description: 'l4, which picks an endpoint for each connection, or l7, which picks one for each call',
    ...facts({ envoy: ENVOY_MODE, example: 'l7' }),
  })
  return lbSettingsSchema(
    { mode },
    {
      description: 'a mode and a policy, such as { mode: l7, policy: round_robin }',
      example: { mode: 'l7', policy: 'least_request', choices: 3 },
    },
    switches,
  )
}

/** `lb` of a fleet of gRPC clients. */
export function proxylessLbSchema(switches: Switches) {
  const mode = Type.Enum(['l7'], {
    description: 'l7, because a gRPC client picks an endpoint for each call',
  })
  return lbSettingsSchema(
    { mode: Type.Optional(mode) },
    {
      description: 'a policy, such as { policy: round_robin }',
      example: { policy: 'ring_hash', hashOn: { header: 'x-user' } },
    },
    switches,
  )
}

const LISTENER_EXAMPLE = { port: 10_000, l4: { upstream: 'echo' }, l7: { routes: 'public' } }
export const FLEET_EXAMPLE = {
  kind: 'envoy',
  lb: { mode: 'l7', policy: 'round_robin' },
  listeners: { main: LISTENER_EXAMPLE },
}

export function fleetSchema(switches: Switches, filters: readonly HttpFilterSwitch[]): TSchema {
  return Type.Unsafe({
    type: 'object',
    description: 'a fleet with kind, lb and listeners',
    ...facts({ example: FLEET_EXAMPLE }),
    discriminator: { propertyName: 'kind' },
    oneOf: [
      envoyFleetSchema(switches, filters),
      proxylessFleetSchema(switches, filters),
      serverFleetSchema(switches, filters),
    ],
  })
}

function envoyFleetSchema(switches: Switches, filters: readonly HttpFilterSwitch[]): TSchema {
  const listener = Type.Object(
    { ...LISTENER, ...fieldsOf(ofKind('envoy', switches.listeners)) },
    {
      ...strict,
      description: 'a listener with port, l4 and l7',
      ...facts({ envoy: 'Listener', example: LISTENER_EXAMPLE }),
    },
  )
  return Type.Object(
    {
      kind: Type.Literal('envoy', KIND),
      lb: lbSchema(switches),
      listeners: NamedMap(listener, 'listeners by their names', { example: { main: LISTENER_EXAMPLE } }),
      ...fieldsOfFleet('envoy', switches),
      ...filterRoom(
        'security',
        { ...ALLOW_UNPROTECTED, ...filtersIn('security', 'envoy', filters) },
        'filters that deny calls, such as { jwt: { enabled: true, anyOf: [main] } }',
        { jwt: { enabled: true, anyOf: ['main'] } },
      ),
      ...othersRoom('envoy', filters),
    },
    {
      ...strict,
      description: 'Envoys, whose node.cluster is the name of the fleet',
      [CLIENTS]: ['envoy'],
    },
  )
}

function proxylessFleetSchema(switches: Switches, filters: readonly HttpFilterSwitch[]): TSchema {
  const example = { l7: { routes: 'public' } }
  const listener = Type.Object(
    { ...PROXYLESS_LISTENER, ...fieldsOf(ofKind('proxyless', switches.listeners)) },
    {
      ...strict,
      description:
        'a listener such as { l7: { routes: public } }; its name is the target of clients, as in xds:///echo',
      ...facts({ envoy: 'Listener.api_listener', example }),
    },
  )
  return Type.Object(
    {
      kind: Type.Literal('proxyless', KIND),
      ...GRPC_CLIENT_LIST,
      ...AUTHORITY,
      ...CERTIFICATE_PROVIDER,
      lb: proxylessLbSchema(switches),
      listeners: NamedMap(listener, 'listeners by the targets of clients', { example: { echo: example } }),
      ...fieldsOfFleet('proxyless', switches),
      ...filterRoom('security', filtersIn('security', 'proxyless', filters), 'filters that deny calls', {}),
      ...othersRoom('proxyless', filters),
    },
    {
      ...strict,
      description: 'gRPC clients without a proxy, whose node.cluster is the name of the fleet',
      [CLIENTS]: ['proxyless'],
    },
  )
}

function serverFleetSchema(switches: Switches, filters: readonly HttpFilterSwitch[]): TSchema {
  const example = { address: '0.0.0.0', port: 50_051 }
  const listener = Type.Object(
    { ...SERVER_LISTENER, ...fieldsOf(switches.serverListeners) },
    {
      ...strict,
      description: 'a listener such as { address: 0.0.0.0, port: 50051 }, which is what the servers ask for',
      ...facts({ envoy: 'Listener', example }),
    },
  )
  return Type.Object(
    {
      kind: Type.Literal('grpc-server', KIND),
      ...GRPC_CLIENT_LIST,
      ...CERTIFICATE_PROVIDER,
      listeners: NamedMap(listener, 'listeners of servers by their names', { example: { main: example } }),
      ...fieldsOfFleet('grpc-server', switches),
      ...filterRoom(
        'security',
        filtersIn('security', 'grpc-server', filters),
        'filters that deny calls, such as { rbac: { enabled: true, rules: {} } }',
        { rbac: { enabled: true, rules: { batch: { san: 'spiffe://switchyard/batch' } } } },
      ),
      ...othersRoom('grpc-server', filters),
    },
    {
      ...strict,
      description:
        'gRPC servers that take their listeners from here, and whose node.cluster is the name of the fleet',
      [CLIENTS]: ['grpc-server'],
    },
  )
}

const KIND = { description: 'the kind of clients that the fleet has' }

function fieldsOfFleet(kind: FleetKind, { fleets, rules, listeners }: Switches): TProperties {
  return {
    ...fieldsOf(ofKind(kind, fleets)),
    ...fieldsOf(ofKind(kind, rules).filter(({ alsoOfFleet }) => alsoOfFleet)),
    ...fieldsOf(ofKind(kind, listeners).filter(({ alsoOfFleet }) => alsoOfFleet)),
  }
}

function othersRoom(kind: FleetKind, filters: readonly HttpFilterSwitch[]): TProperties {
  const example = { fault: { enabled: true, abort: { status: 'UNAVAILABLE', percentage: 5 } } }
  const description = 'filters by their names, such as { fault: { enabled: true } }'
  return filterRoom('filters', filtersIn('filters', kind, filters), description, example)
}

function filtersIn(
  room: HttpFilterSwitch['room'],
  kind: FleetKind,
  filters: readonly HttpFilterSwitch[],
): TProperties {
  return fieldsOf(ofKind(kind, filters).filter((filter) => filter.room === room))
}

function ofKind<S extends { readonly appliesTo: readonly FleetKind[] }>(
  kind: FleetKind,
  switches: readonly S[],
): readonly S[] {
  return switches.filter(({ appliesTo }) => appliesTo.includes(kind))
}
