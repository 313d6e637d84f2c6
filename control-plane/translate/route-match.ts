// What a rule matches, as Envoy's RouteMatch. Clients agree about what it means, also where each reads the API in its own way.

import type { MessageInitShape } from '@bufbuild/protobuf'
import type {
  QueryParameterMatcherSchema,
  RouteMatchSchema,
} from '@envoy/xds-protos/envoy/config/route/v3/route_components_pb.js'
import { FractionalPercent_DenominatorType } from '@envoy/xds-protos/envoy/type/v3/percent_pb.js'
import { millionthsOf } from '../document/match.ts'
import { needsQuery } from '../document/match-support.ts'
import type { Match } from '../document/model.ts'
import type { QueryMatch } from '../document/query-match.ts'
import { CLAIMS_NAMESPACE, isOrHolds } from '../switches/claim-value.ts'
import { headerMatchOf } from '../switches/header-match.ts'
import { toHeaderMatchers, toTextPattern } from '../switches/header-matchers.ts'
import { toWireRegex } from '../switches/regex.ts'
import { sortedEntries } from './entry.ts'
import { pathMatchOf } from './rule-order.ts'

export function toRouteMatch(match: Match): MessageInitShape<typeof RouteMatchSchema> {
  const { headers = {}, query = {}, token, ignoreCase = false, percent } = match
  return {
    pathSpecifier: toPathSpecifier(match),
    ...(ignoreCase && { caseSensitive: false }),
    headers: sortedEntries(headers).flatMap(([name, value]) => toHeaderMatchers(name, headerMatchOf(value))),
    queryParameters: sortedEntries(query).map(([name, value]) => toQueryMatcher(name, headerMatchOf(value))),
    dynamicMetadata: sortedEntries(token?.claims ?? {}).map(([claim, text]) => ({
      filter: CLAIMS_NAMESPACE,
      path: [token?.from ?? '', claim].map((value) => ({ segment: { case: 'key' as const, value } })),
      value: isOrHolds(text),
    })),
    ...(percent !== undefined && {
      runtimeFraction: {
        defaultValue: {
          numerator: millionthsOf(percent),
          denominator: FractionalPercent_DenominatorType.MILLION,
        },
      },
    }),
  }
}

function toPathSpecifier(
  match: Match,
): NonNullable<MessageInitShape<typeof RouteMatchSchema>['pathSpecifier']> {
  const { kind, text } = pathMatchOf(match)
  if (kind === 'regex') return { case: 'safeRegex', value: { regex: toWireRegex(text) } }
  return { case: kind, value: text }
}

function toQueryMatcher(
  name: string,
  match: QueryMatch,
): MessageInitShape<typeof QueryParameterMatcherSchema> {
  const { present, ignoreCase = false } = match
  if (present !== undefined) {
    return { name, queryParameterMatchSpecifier: { case: 'presentMatch', value: present } }
  }
  const value = { matchPattern: toTextPattern(name, match), ...(ignoreCase && { ignoreCase }) }
  return { name, queryParameterMatchSpecifier: { case: 'stringMatch', value } }
}

/**
 * The match for gRPC clients, whose calls have no query and no token that somebody has checked. Some of them ignore the condition, so that
 * a rule that needs one would take every call. @returns undefined if the rule takes no call of theirs
 */
export function grpcMatchOf({ query, token, ...others }: Match): Match | undefined {
  return token === undefined && !needsQuery(query) ? others : undefined
}
