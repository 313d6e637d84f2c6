// The HTTP filters that a fleet has configured, and the chain that its listeners get of them.

import type { MessageInitShape } from '@bufbuild/protobuf'
import type { Any } from '@bufbuild/protobuf/wkt'
import type { HttpFilterSchema } from '@envoy/xds-protos/envoy/extensions/filters/network/http_connection_manager/v3/http_connection_manager_pb.js'
import type {
  FilterContext,
  FleetKind,
  HttpConnectionManagerParts,
  HttpFilterSwitch,
  NamedExtension,
} from './attach-points.ts'
import { inEffect } from './defaults.ts'
import { HTTP_FILTERS, type HttpFilter, isHttpFilterSwitch } from './http-filters.ts'
import type { JwtProvider } from './jwt-provider.ts'
import { type FileContents, NO_FILES } from './setting-file.ts'

/** The fields of a fleet that hold filters: what may deny calls by who the caller is, and all others. */
export interface FilterRooms {
  readonly security?: object | undefined
  readonly filters?: object | undefined
}

/** A filter with the settings that a fleet has written for it, on or off. */
export interface ConfiguredFilter {
  readonly filter: HttpFilterSwitch
  readonly enabled: boolean
  readonly written: never
  /** In effect, with the default of each field that is not written. */
  readonly settings: never
}

/** In the order of the chain. */
export function configuredFilters(
  fleet: FilterRooms,
  filters: readonly HttpFilter[] = HTTP_FILTERS,
): readonly ConfiguredFilter[] {
  return filters.filter(isHttpFilterSwitch).flatMap((filter) => {
    const room: Readonly<Record<string, unknown>> = { ...fleet[filter.room] }
    const settings = inEffect(filter.schema, room[filter.field])
    if (settings === undefined) return []
    const { enabled } = settings as { readonly enabled: boolean }
    return [{ filter, enabled, written: room[filter.field] as never, settings: settings as never }]
  })
}

/**
 * The chain of gRPC clients or servers: they NACK filters that they do not know, so it has no others.
 * @param kind a kind of fleet other than Envoys
 */
export function toGrpcFilters(
  fleet: FilterRooms,
  kind: FleetKind,
  filters: readonly HttpFilter[] = HTTP_FILTERS,
): MessageInitShape<typeof HttpFilterSchema>[] {
  const configured = configuredFilters(fleet, filters)
  return filters.flatMap((filter) => {
    if (!(filter.appliesTo ?? ['envoy']).includes(kind)) return []
    return namedExtensions(filter, grpcExtensionOf(filter, configured)).map(toHttpFilter)
  })
}

function grpcExtensionOf(filter: HttpFilter, configured: readonly ConfiguredFilter[]) {
  if (!isHttpFilterSwitch(filter)) return filter.toExtension(NO_CONTEXT)
  const own = configured.find((one) => one.filter === filter)
  if (!own?.enabled) return undefined
  return filter.toGrpcExtension?.(own.settings) ?? filter.toExtension(own.settings, NO_CONTEXT)
}
const NO_CONTEXT: FilterContext = { jwt: {}, ownedHeaders: [], comparedHeaders: [], files: NO_FILES }

/** The chain of a listener: a filter that is off is not in it. */
export function toHttpFilters(
  fleet: FilterRooms,
  jwt: Readonly<Record<string, JwtProvider>> = {},
  filters: readonly HttpFilter[] = HTTP_FILTERS,
  files: FileContents = NO_FILES,
): MessageInitShape<typeof HttpFilterSchema>[] {
  const configured = configuredFilters(fleet, filters)
  const compared = configured.flatMap(({ filter, enabled, settings }) =>
    enabled ? (filter.comparedHeaders?.(settings) ?? []) : [],
  )
  const context: FilterContext = {
    jwt,
    ownedHeaders: ownedHeadersOf(fleet, jwt, filters),
    comparedHeaders: sortedOnce(compared),
    files,
  }
  return filters.flatMap((filter) => {
    const made = namedExtensions(filter, extensionOf(filter, configured, context)).map(toHttpFilter)
    return isForRulesOnly(filter) ? made.map((one) => ({ ...one, disabled: true })) : made
  })
}

/** Headers that only the chain of a fleet may set, in order: those of filters that are off too. */
export function ownedHeadersOf(
  fleet: FilterRooms,
  jwt: Readonly<Record<string, JwtProvider>>,
  filters: readonly HttpFilter[] = HTTP_FILTERS,
): readonly string[] {
  const configured = configuredFilters(fleet, filters)
  return sortedOnce(
    configured.flatMap(({ filter, settings }) => filter.ownedHeaders?.(settings, { jwt }) ?? []),
  )
}

/** Most switches are one filter of Envoy, which has their name. */
function namedExtensions(
  { name }: Pick<HttpFilter, 'name'>,
  made: Any | readonly NamedExtension[] | undefined,
): readonly NamedExtension[] {
  if (made === undefined) return []
  return '$typeName' in made ? [{ name, extension: made }] : made
}

function toHttpFilter({ name, extension }: NamedExtension) {
  return { name: nameOf({ name }), configType: { case: 'typedConfig' as const, value: extension } }
}

/** The name of a filter in the chain, and the key of its configuration for one route. */
export function nameOf({ name }: Pick<HttpFilter, 'name'>): string {
  return `envoy.filters.http.${name}`
}

function isForRulesOnly(filter: HttpFilter): boolean {
  return isHttpFilterSwitch(filter) && filter.rulesOnly === true
}

/** What the filters of a fleet that are on add to its HTTP connection managers. */
export function managerPartsOf(
  fleet: FilterRooms,
  filters: readonly HttpFilter[] = HTTP_FILTERS,
): readonly HttpConnectionManagerParts[] {
  return configuredFilters(fleet, filters)
    .filter(({ enabled }) => enabled)
    .flatMap(({ filter, settings }) => filter.toHttpConnectionManager?.(settings) ?? [])
}

/** The beginning, behind `x-envoy-`, of the headers that a filter of the fleet takes from callers; undefined for none. */
export function keptEnvoyHeaders(
  fleet: FilterRooms,
  filters: readonly HttpFilter[] = HTTP_FILTERS,
): string | undefined {
  return configuredFilters(fleet, filters).find(({ filter, enabled }) => enabled && filter.envoyHeaders)
    ?.filter.envoyHeaders
}

function sortedOnce(names: readonly string[]): readonly string[] {
  return [...new Set(names)].toSorted()
}

function extensionOf(filter: HttpFilter, configured: readonly ConfiguredFilter[], context: FilterContext) {
  if (!isHttpFilterSwitch(filter)) return filter.toExtension(context)
  const own = configured.find((one) => one.filter === filter)
  return own?.enabled ? filter.toExtension(own.settings, context) : undefined
}
