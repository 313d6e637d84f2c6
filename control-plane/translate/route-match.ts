// What a rule matches, as Envoy's RouteMatch. Clients agree about what it means, also where each reads the API in its own way.

import type { MessageInitShape } from '@bufbuild/protobuf'
import type {
  HeaderMatcherSchema,
  QueryParameterMatcherSchema,
  RouteMatchSchema,
} from '@envoy/xds-protos/envoy/config/route/v3/route_components_pb.js'
import type { StringMatcherSchema } from '@envoy/xds-protos/envoy/type/matcher/v3/string_pb.js'
import { FractionalPercent_DenominatorType } from '@envoy/xds-protos/envoy/type/v3/percent_pb.js'
import { SwitchyardError } from '../../core/errors.ts'
import { type HeaderMatch, headerMatchOf } from '../document/header-match.ts'
import { millionthsOf } from '../document/match.ts'
import type { Match } from '../document/model.ts'
import type { QueryMatch } from '../document/query-match.ts'
import { CLAIMS_NAMESPACE, isOrHolds } from '../switches/claim-value.ts'
import { toWireRegex } from '../switches/regex.ts'
import { sortedEntries } from './entry.ts'
import { pathMatchOf } from './rule-order.ts'

type HeaderMatcher = MessageInitShape<typeof HeaderMatcherSchema>

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

/**
 * An inverted comparison matches a call without the header in Node's client, and in no other. So the header must be there too, and
 * all clients agree. For the same reason an absent header is an inverted `present_match: true`: Node's client takes
 * `present_match: false` for true (seen with @grpc/grpc-js-xds 1.14.1).
 */
function toHeaderMatchers(name: string, match: HeaderMatch): readonly HeaderMatcher[] {
  const present = { name, headerMatchSpecifier: { case: 'presentMatch' as const, value: true } }
  if (match.present !== undefined) return [match.present ? present : { ...present, invertMatch: true }]
  const compared = { name, headerMatchSpecifier: toSpecifier(name, match) }
  return match.invert ? [present, { ...compared, invertMatch: true }] : [compared]
}

function toQueryMatcher(
  name: string,
  match: QueryMatch,
): MessageInitShape<typeof QueryParameterMatcherSchema> {
  const { present, ignoreCase = false } = match
  if (present !== undefined) {
    return { name, queryParameterMatchSpecifier: { case: 'presentMatch', value: present } }
  }
  const value = { matchPattern: toPattern(name, match), ...(ignoreCase && { ignoreCase }) }
  return { name, queryParameterMatchSpecifier: { case: 'stringMatch', value } }
}

/**
 * The match for gRPC clients, whose calls have no query and no token that somebody has checked. Some of them ignore the condition, so that
 * a rule that needs one would take every call. @returns undefined if the rule takes no call of theirs
 */
export function grpcMatchOf({ query = {}, token, ...others }: Match): Match | undefined {
  const isAbsent = (value: string | QueryMatch) => headerMatchOf(value).present === false
  return token === undefined && Object.values(query).every(isAbsent) ? others : undefined
}

function toSpecifier(name: string, match: HeaderMatch): NonNullable<HeaderMatcher['headerMatchSpecifier']> {
  const { range, ignoreCase = false } = match
  if (range !== undefined) {
    return { case: 'rangeMatch', value: { start: BigInt(range.from), end: BigInt(range.to) } }
  }
  return {
    case: 'stringMatch',
    value: { matchPattern: toPattern(name, match), ...(ignoreCase && { ignoreCase }) },
  }
}

function toPattern(
  name: string,
  { exact, prefix, suffix, contains, regex }: QueryMatch,
): NonNullable<MessageInitShape<typeof StringMatcherSchema>['matchPattern']> {
  if (exact !== undefined) return { case: 'exact', value: exact }
  if (prefix !== undefined) return { case: 'prefix', value: prefix }
  if (suffix !== undefined) return { case: 'suffix', value: suffix }
  if (contains !== undefined) return { case: 'contains', value: contains }
  if (regex !== undefined) return { case: 'safeRegex', value: { regex: toWireRegex(regex) } }
  throw new SwitchyardError('internal', `the match of "${name}" says nothing`)
}
