// What an L7 listener does with its connections: one reading of each call, whatever is odd about it refused, then the filters.

import { create, type MessageInitShape } from '@bufbuild/protobuf'
import { anyPack, durationFromMs } from '@bufbuild/protobuf/wkt'
import { HttpProtocolOptions_HeadersWithUnderscoresAction } from '@envoy/xds-protos/envoy/config/core/v3/protocol_pb.js'
import type { FilterSchema } from '@envoy/xds-protos/envoy/config/listener/v3/listener_components_pb.js'
import {
  HttpConnectionManager_ForwardClientCertDetails as ForwardClientCertificate,
  HttpConnectionManager_CodecType,
  HttpConnectionManager_PathWithEscapedSlashesAction,
  HttpConnectionManagerSchema,
} from '@envoy/xds-protos/envoy/extensions/filters/network/http_connection_manager/v3/http_connection_manager_pb.js'
import type { Config, Fleet, Listener } from '../document/model.ts'
import { toHttpFilters } from '../switches/http-filters.ts'
import { fromAds } from './config-source.ts'
import { DOWNSTREAM_HTTP2 } from './limits.ts'

/** How long a stream on which nothing moves is kept. Envoy's own 5 minutes are short for a gRPC watch. */
const STREAM_IDLE_MS = 3_600_000
/** Headers that take longer than this are not on their way any more. */
const REQUEST_HEADERS_MS = 10_000

/**
 * A path is read in one way by every filter and by the services, or not at all, so that none of them can be told a
 * different story; and what a caller says of itself in `x-envoy-*` is not believed, wherever it calls from.
 * https://www.envoyproxy.io/docs/envoy/latest/configuration/best_practices/edge
 */
const HARDENED = {
  normalizePath: true,
  mergeSlashes: true,
  pathWithEscapedSlashesAction: HttpConnectionManager_PathWithEscapedSlashesAction.REJECT_REQUEST,
  useRemoteAddress: true,
  // Envoy takes private addresses for its own kind, and keeps what they write into x-envoy-*. An empty list leaves it at that
  // (seen with 1.40), so this one holds an address that nobody calls from.
  internalAddressConfig: { cidrRanges: [{ addressPrefix: '255.255.255.255', prefixLen: 32 }] },
  maxRequestHeadersKb: 60,
  requestHeadersTimeout: durationFromMs(REQUEST_HEADERS_MS),
  commonHttpProtocolOptions: {
    // Behind a server that takes x_user for x-user, a check of one would say nothing of the other.
    headersWithUnderscoresAction: HttpProtocolOptions_HeadersWithUnderscoresAction.REJECT_REQUEST,
    maxHeadersCount: 100,
  },
} satisfies MessageInitShape<typeof HttpConnectionManagerSchema>

/** Services learn by `x-forwarded-client-cert` whose certificate was shown; what a caller writes into it is taken out. */
const TELLS_WHO_CALLS = {
  forwardClientCertDetails: ForwardClientCertificate.SANITIZE_SET,
  setCurrentClientCertDetails: { subject: true, uri: true, dns: true },
} as const

/** The filter of listener `name`, whose routes bear its name and come over ADS. */
export function httpConnectionManager(
  name: string,
  { tls }: Pick<Listener, 'tls'>,
  { security }: Pick<Fleet, 'security'>,
  { jwt }: Pick<Config, 'jwt'>,
): MessageInitShape<typeof FilterSchema> {
  const config = create(HttpConnectionManagerSchema, {
    statPrefix: name,
    codecType: HttpConnectionManager_CodecType.AUTO,
    http2ProtocolOptions: DOWNSTREAM_HTTP2,
    routeSpecifier: { case: 'rds', value: { configSource: fromAds(), routeConfigName: name } },
    httpFilters: toHttpFilters(security, jwt),
    streamIdleTimeout: durationFromMs(STREAM_IDLE_MS),
    ...HARDENED,
    ...(tls?.enabled && tls.clientCa !== undefined && TELLS_WHO_CALLS),
  })
  return {
    name: 'envoy.filters.network.http_connection_manager',
    configType: { case: 'typedConfig', value: anyPack(HttpConnectionManagerSchema, config) },
  }
}
