// How many bytes of one connection an Envoy holds before it stops to read from where they come.

import { Type } from 'typebox'
import { listenerSwitch, upstreamSwitch } from './attach-points.ts'
import { facts } from './schema-keywords.ts'

/** Envoy's own, which listeners and clusters need not repeat. */
const ENVOY_BYTES = 1024 * 1024

function Bytes(description: string, envoy: string) {
  return Type.Integer({
    minimum: 1024,
    maximum: 4_294_967_295,
    default: ENVOY_BYTES,
    description: `bytes that Envoy holds of one connection ${description}, 1024 to 4294967295`,
    ...facts({ envoy, example: 32_768 }),
  })
}

/** Nothing where it is Envoy's own. */
function toLimit(bytes: number) {
  return bytes === ENVOY_BYTES ? {} : { perConnectionBufferLimitBytes: bytes }
}

/**
 * `connectionBuffer` of a listener, and of a fleet for its listeners: `Listener.per_connection_buffer_limit_bytes`. In mode l4, and for
 * callers with HTTP/1.1, it is what Envoy holds for a caller that does not read, and the largest body that a filter may hold back (an
 * answer to HTTP/1.1 by `filters.grpcHttp1Bridge`). HTTP/2 streams have their windows (`http2`), which bound what they hold. The
 * limit is soft: what one read of the socket brings is beyond it.
 * https://www.envoyproxy.io/docs/envoy/latest/faq/configuration/flow_control
 */
export const listenerBuffer = listenerSwitch({
  field: 'connectionBuffer',
  alsoOfFleet: true,
  schema: Bytes('of a caller', 'Listener.per_connection_buffer_limit_bytes'),
  appliesTo: ['envoy'],
  toListener: toLimit,
})

/** `connectionBuffer` of an upstream: `Cluster.per_connection_buffer_limit_bytes`, for the connections to its endpoints. */
export const upstreamBuffer = upstreamSwitch({
  field: 'connectionBuffer',
  schema: Bytes('to an endpoint', 'Cluster.per_connection_buffer_limit_bytes'),
  appliesTo: ['envoy'],
  toCluster: toLimit,
})
