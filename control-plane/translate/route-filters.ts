// What HTTP filters take from routes: the configuration of each for one rule or for a virtual host, and what rate limits count by.

import type { Any } from '@bufbuild/protobuf/wkt'
import type { Rule } from '../document/model.ts'
import type { RateLimitParts } from '../switches/attach-points.ts'
import { inEffect } from '../switches/defaults.ts'
import { configuredFilters, type FilterRooms, nameOf } from '../switches/filter-chain.ts'
import { isHttpFilterSwitch } from '../switches/http-filters.ts'
import type { FileContents } from '../switches/setting-file.ts'
import type { Switches } from '../switches/switches.ts'

export interface RouteFilters {
  readonly typedPerFilterConfig: Record<string, Any>
  readonly rateLimits: RateLimitParts[]
}

/** What is different for the calls of this rule. @param on the filters that the fleet has turned on, by their fields */
export function toRuleFilters(rule: Rule, on: readonly string[], { httpFilters }: Switches): RouteFilters {
  const { filters: written = {} } = rule as { readonly filters?: Readonly<Record<string, unknown>> }
  const found = httpFilters.filter(isHttpFilterSwitch).flatMap((filter) => {
    if (filter.rule === undefined || written[filter.field] === undefined) return []
    if (!on.includes(filter.field)) return []
    const settings = inEffect(filter.rule.schema, written[filter.field]) as never
    return [{ filter, own: filter.rule, settings }]
  })
  const entries = found.flatMap(({ filter, own, settings }) => {
    const extension = own.toExtension(settings)
    if (extension === undefined) return []
    return (filter.names ?? [filter.name]).map((one) => [nameOf({ name: one }), extension] as const)
  })
  const rateLimits = found.flatMap(({ own, settings }) => own.toRateLimits?.(settings) ?? [])
  return { typedPerFilterConfig: Object.fromEntries(entries), rateLimits }
}

/** What holds for all rules of a fleet. @param hostSettings the settings of the filters that take some from virtual hosts, by their fields */
export function toHostFilters(
  hostSettings: Readonly<Record<string, unknown>>,
  { httpFilters }: Switches,
): RouteFilters {
  const found = httpFilters
    .filter(isHttpFilterSwitch)
    .filter(({ field }) => hostSettings[field] !== undefined)
    .map((filter) => ({ filter, settings: hostSettings[filter.field] as never }))
  const entries = found.flatMap(({ filter, settings }) => {
    const extension = filter.toVirtualHost?.(settings)
    return extension === undefined ? [] : [[nameOf(filter), extension] as const]
  })
  const rateLimits = found.flatMap(({ filter, settings }) => filter.toRateLimits?.(settings) ?? [])
  return { typedPerFilterConfig: Object.fromEntries(entries), rateLimits: [...rateLimits] }
}

/** What filters have in the configuration of all routes of a listener; undefined for nothing. */
export function toRoutesFilters(
  fleet: FilterRooms,
  files: FileContents,
  { httpFilters }: Switches,
): Record<string, Any> | undefined {
  const found = configuredFilters(fleet, httpFilters).flatMap(({ filter, enabled, settings }) =>
    enabled ? (filter.toRoutes?.(settings, { files }) ?? []) : [],
  )
  if (found.length === 0) return undefined
  return Object.fromEntries(found.map(({ name, extension }) => [nameOf({ name }), extension]))
}
