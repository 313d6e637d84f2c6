// The HTTP filters of an L7 listener: the order of the list is the order in which a call passes them.

import type { MessageInitShape } from '@bufbuild/protobuf'
import type { HttpFilterSchema } from '@envoy/xds-protos/envoy/extensions/filters/network/http_connection_manager/v3/http_connection_manager_pb.js'
import { type Static, type TObject, Type } from 'typebox'
import { SwitchyardError } from '../../core/errors.ts'
import type { DeepReadonly } from './deep-readonly.ts'
import { defaultsOf } from './defaults.ts'
import { type Check, checkSchema, type FilterContext, type FixedFilter } from './http-filter.ts'
import { extAuthz } from './http-filters/ext-authz.ts'
import { joinedHeaders } from './http-filters/joined-headers.ts'
import { jwtAuthn } from './http-filters/jwt-authn.ts'
import { ownedHeaders } from './http-filters/owned-headers.ts'
import { rbac } from './http-filters/rbac.ts'
import { router } from './http-filters/router.ts'
import { wellFormedMetadata } from './http-filters/well-formed-metadata.ts'
import type { JwtProvider } from './jwt-provider.ts'

/** A check sees only calls that those above it let through, and relies on what they have found out. */
export const HTTP_FILTERS = inOrder([
  wellFormedMetadata,
  ownedHeaders,
  jwtAuthn,
  extAuthz,
  joinedHeaders,
  rbac,
  router,
] as const)

type Filter = FixedFilter | Check
type OneCheck = Extract<(typeof HTTP_FILTERS)[number], { readonly field: string }>

export type Security = { readonly allowUnprotected?: boolean } & {
  readonly [C in OneCheck as C['field']]?: { readonly enabled: boolean } & DeepReadonly<
    Static<TObject<C['options']>>
  >
}

const CHECKS = (HTTP_FILTERS as readonly Filter[]).filter((filter) => 'field' in filter)

/** `security` of a fleet: a field for each check of the list. */
export const SecuritySchema = Type.Unsafe<Security>(
  Type.Object(
    {
      allowUnprotected: Type.Optional(
        Type.Boolean({
          default: false,
          description: 'true or false: whether the fleet may go to l4, where no check sees a call',
        }),
      ),
      ...Object.fromEntries(CHECKS.map((check) => [check.field, Type.Optional(checkSchema(check))])),
    },
    { additionalProperties: false, description: 'checks such as { jwt: { enabled: true, anyOf: [main] } }' },
  ),
)

/** A check with the settings that a fleet has written for it, on or off. */
export interface WrittenCheck {
  readonly check: Check
  readonly enabled: boolean
  readonly settings: Readonly<Record<string, unknown>>
}

export function writtenChecks(security: Security = {}): readonly WrittenCheck[] {
  return CHECKS.flatMap((check) => {
    const written = (security as Readonly<Record<string, { readonly enabled: boolean } | undefined>>)[
      check.field
    ]
    if (written === undefined) return []
    const { enabled, ...settings } = written
    return [{ check, enabled, settings: { ...defaultsOf(check.options), ...settings } }]
  })
}

/** The chain of a listener: what is off is not in it. */
export function toHttpFilters(
  security: Security | undefined,
  jwt: Readonly<Record<string, JwtProvider>> = {},
): MessageInitShape<typeof HttpFilterSchema>[] {
  const written = writtenChecks(security)
  const owned = written.flatMap(({ check, settings }) => check.ownedHeaders?.(settings, { jwt }) ?? [])
  const compared = written.flatMap(({ check, enabled, settings }) =>
    enabled ? (check.comparedHeaders?.(settings) ?? []) : [],
  )
  const context: FilterContext = {
    jwt,
    ownedHeaders: sortedOnce(owned),
    comparedHeaders: sortedOnce(compared),
  }
  return (HTTP_FILTERS as readonly Filter[]).flatMap((filter) => {
    const extension = extensionOf(filter, written, context)
    if (extension === undefined) return []
    return [
      {
        name: `envoy.filters.http.${filter.name}`,
        configType: { case: 'typedConfig' as const, value: extension },
      },
    ]
  })
}

function sortedOnce(names: readonly string[]): readonly string[] {
  return [...new Set(names)].toSorted()
}

function extensionOf(filter: Filter, written: readonly WrittenCheck[], context: FilterContext) {
  if (!('field' in filter)) return filter.toExtension(context)
  const own = written.find(({ check }) => check === filter)
  return own?.enabled ? filter.toExtension(own.settings, context) : undefined
}

/**
 * The list itself, if each filter stands behind those whose verdict it must have, and routing behind all: else a caller
 * could skip a check. @throws SwitchyardError `internal` that names the two that are the wrong way round
 */
export function inOrder<const Filters extends readonly Pick<Filter, 'name' | 'after'>[]>(
  filters: Filters,
): Filters {
  for (const [index, { name, after }] of filters.entries()) {
    const late = filters.slice(index + 1).find((other) => after.includes(other.name))
    if (late !== undefined) {
      throw new SwitchyardError(
        'internal',
        `the filter ${name} stands before ${late.name}, whose verdict it needs`,
      )
    }
  }
  const last = filters.at(-1)?.name
  if (last !== 'router') {
    throw new SwitchyardError(
      'internal',
      `the chain ends with ${last}: what stands behind the router is never asked`,
    )
  }
  return filters
}
