// Denies gRPC calls with a query behind the path: checks judge the path without it, and services may see another method.

import { create } from '@bufbuild/protobuf'
import { anyPack } from '@bufbuild/protobuf/wkt'
import { FilterConfigSchema } from '@envoy/xds-protos/envoy/config/route/v3/route_components_pb.js'
import type { FixedFilter } from '../attach-points.ts'
import { DENIAL_MESSAGES, denialText, denyWith } from './denial.ts'

const BAD_REQUEST = 400

const contains = (value: string) => ({
  case: 'stringMatch' as const,
  value: { matchPattern: { case: 'contains' as const, value } },
})
const HAS_QUERY = { name: ':path', headerMatchSpecifier: contains('?') }
const IS_GRPC = {
  name: 'content-type',
  headerMatchSpecifier: {
    case: 'stringMatch' as const,
    value: { matchPattern: { case: 'prefix' as const, value: 'application/grpc' }, ignoreCase: true },
  },
}

/**
 * gRPC has no queries: https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md#requests. Envoy matches rules, tokens and paths
 * without the query, an authorizer and a service get the text with it, so that they could disagree about the method. Requests that
 * are not gRPC keep their query. It is behind the transcoder, which makes gRPC of such requests, without a query.
 */
export const queryDenial: FixedFilter = {
  name: 'query_denial',
  after: ['cors', 'grpc_http1_bridge', 'grpc_web', 'grpc_json_transcoder'],
  messages: [...DENIAL_MESSAGES, FilterConfigSchema],
  toExtension: () => denyWith(BAD_REQUEST, [HAS_QUERY, IS_GRPC]),
}

/** For the rules of a document that need a query. */
export const QUERY_ALLOWED = anyPack(FilterConfigSchema, create(FilterConfigSchema, { disabled: true }))

export const QUERY_DENIAL_TEXT = denialText(
  { filterSpecifier: { case: 'headerFilter', value: { header: HAS_QUERY } } },
  'a gRPC path must not have a query: remove the question mark and what follows it',
)
