// A claim of a token in the dynamic metadata of `jwt_authn`, compared with a text.

import type { MessageInitShape } from '@bufbuild/protobuf'
import type { ValueMatcherSchema } from '@envoy/xds-protos/envoy/type/matcher/v3/value_pb.js'

type ValueMatcher = MessageInitShape<typeof ValueMatcherSchema>

export const CLAIMS_NAMESPACE = 'envoy.filters.http.jwt_authn'

/** Where `headerInMetadata` puts the header of a token: no entry's name has a slash, so it is never the place of claims. */
export function headerKey(provider: string): string {
  return `${provider}/header`
}

/** A value that is the text, or a list that holds it. */
export function isOrHolds(text: string): ValueMatcher {
  const exact: ValueMatcher = {
    matchPattern: { case: 'stringMatch', value: { matchPattern: { case: 'exact', value: text } } },
  }
  const inList: ValueMatcher = {
    matchPattern: { case: 'listMatch', value: { matchPattern: { case: 'oneOf', value: exact } } },
  }
  return { matchPattern: { case: 'orMatch', value: { valueMatchers: [exact, inList] } } }
}
