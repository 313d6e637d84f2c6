// Denies tokens that Envoy's own check accepts and must not: an `exp` that overflows, and `crit`.

import { create, type DescMessage, type MessageInitShape } from '@bufbuild/protobuf'
import { type Any, anyPack } from '@bufbuild/protobuf/wkt'
import { ComparisonFilter_Op } from '@envoy/xds-protos/envoy/config/accesslog/v3/accesslog_pb.js'
import { ExtensionWithMatcherSchema } from '@envoy/xds-protos/envoy/extensions/common/matching/v3/extension_matcher_pb.js'
import { SkipFilterSchema } from '@envoy/xds-protos/envoy/extensions/filters/common/matcher/action/v3/skip_action_pb.js'
import { DynamicMetadataInputSchema } from '@envoy/xds-protos/envoy/extensions/matching/common_inputs/network/v3/network_inputs_pb.js'
import { MetadataSchema } from '@envoy/xds-protos/envoy/extensions/matching/input_matchers/metadata/v3/metadata_pb.js'
import type { ValueMatcherSchema } from '@envoy/xds-protos/envoy/type/matcher/v3/value_pb.js'
import type { Matcher_MatcherList_PredicateSchema } from '@envoy/xds-protos/xds/type/matcher/v3/matcher_pb.js'
import type { NamedExtension } from '../attach-points.ts'
import { CLAIMS_NAMESPACE, headerKey } from '../claim-value.ts'
import { DENIAL_MESSAGES, denialText, denyWith } from './denial.ts'

const UNAUTHORIZED = 401
/** In seconds since 1970: the year 2242. `maxLifetime` denies every such token that Envoy counts correctly. */
const LATEST_END = 2 ** 33

type Predicate = MessageInitShape<typeof Matcher_MatcherList_PredicateSchema>

/**
 * A filter behind `jwt_authn`, which reads what that has verified.
 *
 * - Envoy 1.40 compares `exp` with `max_lifetime` in signed numbers, so that a token with an `exp` of 2^63 to 2^64 passes, although it
 *   is valid for ever.
 * - Envoy 1.40 ignores `crit`, which lists what a receiver must understand, or else deny the token:
 *   https://www.rfc-editor.org/rfc/rfc7515#section-4.1.11. Envoy understands no such extension.
 *
 * The filter is skipped where no token has one of the two, so that a matcher that fails denies.
 */
export function tokenDenial(providers: readonly string[]): NamedExtension {
  const unsafe = providers.flatMap((provider) => [
    claimMatches([provider, 'exp'], {
      matchPattern: {
        case: 'doubleMatch',
        value: { matchPattern: { case: 'range', value: { start: LATEST_END, end: Number.MAX_VALUE } } },
      },
    }),
    claimMatches([headerKey(provider), 'crit'], { matchPattern: { case: 'presentMatch', value: true } }),
  ])
  const isSafe: Predicate = {
    matchType: {
      case: 'notMatcher',
      value: { matchType: { case: 'orMatcher', value: { predicate: unsafe } } },
    },
  }
  const skip = { name: 'skip', typedConfig: anyPack(SkipFilterSchema, create(SkipFilterSchema)) }
  const onMatch = { onMatch: { case: 'action' as const, value: skip } }
  const matchers = [{ predicate: isSafe, onMatch }]
  const delegate = create(ExtensionWithMatcherSchema, {
    xdsMatcher: { matcherType: { case: 'matcherList', value: { matchers } } },
    extensionConfig: { name: 'envoy.filters.http.fault', typedConfig: denyWith(UNAUTHORIZED) },
  })
  return { name: 'token_denial', extension: anyPack(ExtensionWithMatcherSchema, delegate) }
}

export const TOKEN_DENIAL_TEXT = denialText(
  {
    filterSpecifier: {
      case: 'statusCodeFilter',
      value: {
        comparison: {
          op: ComparisonFilter_Op.EQ,
          value: { defaultValue: UNAUTHORIZED, runtimeKey: 'switchyard.token_denied' },
        },
      },
    },
  },
  'the token has crit in its header, or an exp beyond the year 2242',
)

export const TOKEN_DENIAL_MESSAGES: readonly DescMessage[] = [
  ...DENIAL_MESSAGES,
  ExtensionWithMatcherSchema,
  SkipFilterSchema,
  DynamicMetadataInputSchema,
  MetadataSchema,
]

function claimMatches(
  keys: readonly string[],
  value: MessageInitShape<typeof ValueMatcherSchema>,
): Predicate {
  const path = keys.map((key) => ({ segment: { case: 'key' as const, value: key } }))
  return {
    matchType: {
      case: 'singlePredicate',
      value: {
        input: named('claim', DynamicMetadataInputSchema, { filter: CLAIMS_NAMESPACE, path }),
        matcher: { case: 'customMatch', value: named('value', MetadataSchema, { value }) },
      },
    },
  }
}

function named<Schema extends DescMessage>(
  name: string,
  schema: Schema,
  init: MessageInitShape<Schema>,
): { readonly name: string; readonly typedConfig: Any } {
  return { name, typedConfig: anyPack(schema, create(schema, init)) }
}
