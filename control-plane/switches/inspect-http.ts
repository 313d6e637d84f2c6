// Envoy waits for the beginning of HTTP before a connection gets its chain, and closes connections that do not send it in time.

import { create } from '@bufbuild/protobuf'
import { anyPack } from '@bufbuild/protobuf/wkt'
import { HttpInspectorSchema } from '@envoy/xds-protos/envoy/extensions/filters/listener/http_inspector/v3/http_inspector_pb.js'
import type { ListenerParts } from './attach-points.ts'

export const HTTP_INSPECTOR = HttpInspectorSchema

/**
 * Without it, half an HTTP/2 preface keeps a connection until `connections.idle`. It reads plaintext only.
 * https://www.envoyproxy.io/docs/envoy/latest/configuration/listeners/listener_filters/http_inspector
 */
export function inspectHttp(): Pick<ListenerParts, 'listenerFilters'> {
  const value = anyPack(HttpInspectorSchema, create(HttpInspectorSchema))
  return {
    listenerFilters: [
      { name: 'envoy.filters.listener.http_inspector', configType: { case: 'typedConfig', value } },
    ],
  }
}
