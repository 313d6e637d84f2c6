// What an L7 listener does with its connections: it reads each call in one way, rejects what is ambiguous, and runs the filters.

import { create, type MessageInitShape } from '@bufbuild/protobuf'
import { anyPack } from '@bufbuild/protobuf/wkt'
import { HttpProtocolOptions_HeadersWithUnderscoresAction } from '@envoy/xds-protos/envoy/config/core/v3/protocol_pb.js'
import type { FilterSchema } from '@envoy/xds-protos/envoy/config/listener/v3/listener_components_pb.js'
import {
  HttpConnectionManager_PathWithEscapedSlashesAction,
  HttpConnectionManagerSchema,
} from '@envoy/xds-protos/envoy/extensions/filters/network/http_connection_manager/v3/http_connection_manager_pb.js'
import type { HttpConnectionManagerParts } from '../switches/attach-points.ts'
import { fromAds } from '../switches/config-source.ts'
import { withoutEnvoyHeaders } from '../switches/http-filters/owned-headers.ts'
import { QUERY_DENIAL_TEXT } from '../switches/http-filters/query-denial.ts'
import { codecTypeOf } from '../switches/http1.ts'
import { mergeParts } from '../switches/merge-parts.ts'

/**
 * A path is read in one way by every filter and by the services, or not at all, so that they cannot
 * disagree about it; and what a caller says of itself in `x-envoy-*` is not believed, wherever it calls from.
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
  commonHttpProtocolOptions: {
    // Behind a server that takes x_user for x-user, a check of one would say nothing of the other.
    headersWithUnderscoresAction: HttpProtocolOptions_HeadersWithUnderscoresAction.REJECT_REQUEST,
  },
} satisfies HttpConnectionManagerParts

/**
 * The filter of listener `name`, whose routes have its name and come by ADS.
 * @param parts what the switches of the listener and of the fleet add
 * @param keptEnvoyHeaders see `HttpFilterSwitch.envoyHeaders`
 */
export function httpConnectionManager(
  name: string,
  httpFilters: HttpConnectionManagerParts['httpFilters'],
  parts: readonly HttpConnectionManagerParts[],
  keptEnvoyHeaders?: string,
): MessageInitShape<typeof FilterSchema> {
  const base: HttpConnectionManagerParts = {
    statPrefix: name,
    codecType: codecTypeOf(parts),
    routeSpecifier: { case: 'rds', value: { configSource: fromAds(), routeConfigName: name } },
    ...(httpFilters && { httpFilters }),
  }
  const config = create(
    HttpConnectionManagerSchema,
    mergeParts([base, HARDENED, withoutEnvoyHeaders(keptEnvoyHeaders), QUERY_DENIAL_TEXT, ...parts]),
  )
  return {
    name: 'envoy.filters.network.http_connection_manager',
    configType: { case: 'typedConfig', value: anyPack(HttpConnectionManagerSchema, config) },
  }
}
