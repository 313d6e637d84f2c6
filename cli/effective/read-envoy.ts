// Asks an Envoy what it has, by its admin: Envoy has no CSDS of its own.
// https://www.envoyproxy.io/docs/envoy/latest/operations/admin#get--config_dump

import type { JsonObject } from '@bufbuild/protobuf'
import { EnvoyAdmin } from '../../envoy-bootstrap/envoy-admin.ts'
import type { HeldConfig, HeldResource, HeldState } from './held-resource.ts'
import { contentOfDump } from './read-messages.ts'

interface ErrorState {
  readonly details?: string
  readonly version_info?: string
}

/** A part of the dump: most have one resource, and listeners have one for each state. */
interface Dumped {
  readonly name?: string
  readonly version_info?: string
  readonly error_state?: ErrorState
  readonly active_state?: DumpedListener
  readonly warming_state?: DumpedListener
  readonly [resource: string]: unknown
}

interface DumpedListener {
  readonly version_info?: string
  readonly listener?: JsonObject
}

/** Where the dump has a type's resources: the lists and their states, and the field and the name of each resource. */
interface Section {
  readonly type: string
  readonly lists: Readonly<Record<string, HeldState>>
  readonly field: string
  readonly nameField: string
}

const SECTIONS: readonly Section[] = [
  {
    type: 'envoy.config.cluster.v3.Cluster',
    lists: { dynamic_active_clusters: 'active', dynamic_warming_clusters: 'warming' },
    field: 'cluster',
    nameField: 'name',
  },
  {
    type: 'envoy.config.endpoint.v3.ClusterLoadAssignment',
    lists: { dynamic_endpoint_configs: 'active' },
    field: 'endpoint_config',
    nameField: 'cluster_name',
  },
  {
    type: 'envoy.config.route.v3.RouteConfiguration',
    lists: { dynamic_route_configs: 'active' },
    field: 'route_config',
    nameField: 'name',
  },
  {
    type: 'envoy.extensions.transport_sockets.tls.v3.Secret',
    lists: { dynamic_active_secrets: 'active', dynamic_warming_secrets: 'warming' },
    field: 'secret',
    nameField: 'name',
  },
]

const LISTENER = 'type.googleapis.com/envoy.config.listener.v3.Listener'

/**
 * @param url of the admin, such as `http://127.0.0.1:9901`
 * @throws SwitchyardError `process-failed` if it does not answer
 */
export async function readEnvoy(url: string): Promise<HeldConfig> {
  const admin = new EnvoyAdmin(url)
  const [{ id, cluster }, { configs = [] }] = await Promise.all([
    admin.node(),
    admin.configDump() as Promise<{ readonly configs?: readonly Readonly<Record<string, unknown>>[] }>,
  ])
  const listOf = (name: string) => configs.flatMap((dump) => (dump[name] ?? []) as readonly Dumped[])
  return {
    node: id,
    fleet: cluster,
    source: url,
    takesAll: true,
    resources: [
      ...SECTIONS.flatMap((section) =>
        Object.entries(section.lists).flatMap(([list, state]) =>
          listOf(list).map((dumped) => toHeld(section, state, dumped)),
        ),
      ),
      ...listOf('dynamic_listeners').flatMap(toListener),
    ],
  }
}

function toHeld({ type, field, nameField }: Section, state: HeldState, dumped: Dumped): HeldResource {
  const resource = (dumped[field] ?? {}) as JsonObject
  const typeUrl = `type.googleapis.com/${type}`
  // A secret that never arrived has a placeholder under its name, without a version.
  const isPlaceholder = state === 'warming' && field === 'secret' && !dumped.version_info
  return describe(
    typeUrl,
    String(resource[nameField] ?? dumped.name ?? ''),
    isPlaceholder ? 'requested' : state,
    dumped,
    isPlaceholder ? undefined : resource,
  )
}

/** One that drains is replaced or removed already. One that was NACKed at first has neither state. */
function toListener(dumped: Dumped): readonly HeldResource[] {
  const { name = '', active_state: active, warming_state: warming, error_state: error } = dumped
  const held = active ?? warming
  if (held === undefined && error === undefined) return []
  const state = active ? 'active' : warming ? 'warming' : 'requested'
  return [describe(LISTENER, name, state, { ...dumped, ...held }, held?.listener)]
}

function describe(
  typeUrl: string,
  name: string,
  state: HeldState,
  { version_info: version, error_state: error }: Dumped,
  resource: JsonObject | undefined,
): HeldResource {
  const content = resource && contentOfDump(resource)
  return {
    typeUrl,
    name,
    state,
    ...(version && { version }),
    ...(content !== undefined && { content }),
    ...(error && {
      nack: {
        message: error.details ?? '',
        ...(error.version_info && { version: error.version_info }),
      },
    }),
  }
}
