// Comparisons of headers as Envoy's HeaderMatcher.

import type { MessageInitShape } from '@bufbuild/protobuf'
import type { HeaderMatcherSchema } from '@envoy/xds-protos/envoy/config/route/v3/route_components_pb.js'
import type { StringMatcherSchema } from '@envoy/xds-protos/envoy/type/matcher/v3/string_pb.js'
import { SwitchyardError } from '../../core/errors.ts'
import type { HeaderMatch } from './header-match.ts'
import { toWireRegex } from './regex.ts'

type HeaderMatcher = MessageInitShape<typeof HeaderMatcherSchema>

/**
 * An inverted comparison matches a call without the header in Node's client, and in no other. So the header must be there too, and
 * all clients agree. For the same reason an absent header is an inverted `present_match: true`: Node's client takes
 * `present_match: false` for true (seen with @grpc/grpc-js-xds 1.14.1).
 */
export function toHeaderMatchers(name: string, match: HeaderMatch): readonly HeaderMatcher[] {
  const present = { name, headerMatchSpecifier: { case: 'presentMatch' as const, value: true } }
  if (match.present !== undefined) return [match.present ? present : { ...present, invertMatch: true }]
  const compared = { name, headerMatchSpecifier: toSpecifier(name, match) }
  return match.invert ? [present, { ...compared, invertMatch: true }] : [compared]
}

function toSpecifier(name: string, match: HeaderMatch): NonNullable<HeaderMatcher['headerMatchSpecifier']> {
  const { range, ignoreCase = false } = match
  if (range !== undefined) {
    return { case: 'rangeMatch', value: { start: BigInt(range.from), end: BigInt(range.to) } }
  }
  return {
    case: 'stringMatch',
    value: { matchPattern: toTextPattern(name, match), ...(ignoreCase && { ignoreCase }) },
  }
}

/** The comparison of a text. @param name for the error where the match compares no text */
export function toTextPattern(
  name: string,
  { exact, prefix, suffix, contains, regex }: Omit<HeaderMatch, 'range' | 'invert'>,
): NonNullable<MessageInitShape<typeof StringMatcherSchema>['matchPattern']> {
  if (exact !== undefined) return { case: 'exact', value: exact }
  if (prefix !== undefined) return { case: 'prefix', value: prefix }
  if (suffix !== undefined) return { case: 'suffix', value: suffix }
  if (contains !== undefined) return { case: 'contains', value: contains }
  if (regex !== undefined) return { case: 'safeRegex', value: { regex: toWireRegex(regex) } }
  throw new SwitchyardError('internal', `the match of "${name}" says nothing`)
}
