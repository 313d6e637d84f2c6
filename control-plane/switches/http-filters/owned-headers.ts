// Takes away what a caller must not write: headers of checks, trailers, and whatever begins with `x-envoy-`.

import { create } from '@bufbuild/protobuf'
import { anyPack } from '@bufbuild/protobuf/wkt'
import { HeaderMutationSchema } from '@envoy/xds-protos/envoy/extensions/filters/http/header_mutation/v3/header_mutation_pb.js'
import { HeaderMutationSchema as EarlyHeaderMutationSchema } from '@envoy/xds-protos/envoy/extensions/http/early_header_mutation/header_mutation/v3/header_mutation_pb.js'
import type { FixedFilter, HttpConnectionManagerParts } from '../attach-points.ts'

/** Removes the headers or trailers whose whole names match. */
export function removeMatching(regex: string) {
  const keyMatcher = { matchPattern: { case: 'safeRegex' as const, value: { regex } } }
  return { action: { case: 'removeOnMatch' as const, value: { keyMatcher } } }
}

/**
 * It goes by the document alone: the headers stay the checks' own where they are off, and on methods that they exempt. A gRPC request
 * has no trailers, and no check looks at them, so none reaches a service, where they may be metadata like that in headers.
 */
export const ownedHeaders: FixedFilter = {
  name: 'header_mutation',
  after: ['query_denial', 'binary_metadata'],
  messages: [HeaderMutationSchema, EarlyHeaderMutationSchema],
  toExtension({ ownedHeaders }) {
    const requestMutations = ownedHeaders.map((name) => ({
      action: { case: 'remove' as const, value: name },
    }))
    const mutations = { requestMutations, requestTrailersMutations: [removeMatching('.*')] }
    return anyPack(HeaderMutationSchema, create(HeaderMutationSchema, { mutations }))
  },
}

/**
 * Removes the headers of callers that begin with `x-envoy-`, before Envoy writes its own. Envoy by itself removes only those that it
 * knows: https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_conn_man/header_sanitizing
 * @param kept the rest of a prefix that a filter of the chain reads, such as `fault-`; that filter removes them
 */
export function withoutEnvoyHeaders(kept?: string): HttpConnectionManagerParts {
  const mutations = [removeMatching(`x-envoy-${kept === undefined ? '.*' : anythingBut(kept)}`)]
  const early = create(EarlyHeaderMutationSchema, { mutations })
  return {
    earlyHeaderMutationExtensions: [
      {
        name: 'envoy.http.early_header_mutation.header_mutation',
        typedConfig: anyPack(EarlyHeaderMutationSchema, early),
      },
    ],
  }
}

/** A regular expression for the texts that do not begin with this one: RE2 has no lookahead. */
function anythingBut(beginning: string): string {
  const ways = [...beginning].map((letter, at) => `${beginning.slice(0, at)}(?:[^${letter}].*)?`)
  return `(?:${ways.join('|')})`
}
