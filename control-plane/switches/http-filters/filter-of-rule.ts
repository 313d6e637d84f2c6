// A filter that single rules can be without: `filters.FILTER: { enabled: false }`.

import { create } from '@bufbuild/protobuf'
import { type Any, anyPack } from '@bufbuild/protobuf/wkt'
import { FilterConfigSchema } from '@envoy/xds-protos/envoy/config/route/v3/route_components_pb.js'
import { Type } from 'typebox'
import { facts } from '../schema-keywords.ts'

/** What a rule says of a filter that has no settings for one route. */
export const FilterOfRuleSchema = Type.Object(
  {
    enabled: Type.Boolean({
      description: 'true or false: whether the filter sees the calls of the rule',
      ...facts({ example: false }),
    }),
  },
  {
    additionalProperties: false,
    description: '{ enabled: false } for calls that the filter neither counts nor rejects',
    ...facts({ envoy: 'Route.typed_per_filter_config', example: { enabled: false } }),
  },
)

/** The message that takes a filter out of the chain of a rule. Declare `FilterConfigSchema` with it. */
export const DISABLED = anyPack(FilterConfigSchema, create(FilterConfigSchema, { disabled: true }))

/** For a filter that a rule can be without: undefined if it stays in the chain. */
export function onOrOff({ enabled }: { readonly enabled: boolean }): Any | undefined {
  return enabled ? undefined : DISABLED
}
