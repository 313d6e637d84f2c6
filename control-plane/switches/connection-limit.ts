// How many connections of callers a listener has at a time, in both modes.

import { create } from '@bufbuild/protobuf'
import { anyPack } from '@bufbuild/protobuf/wkt'
import { ConnectionLimitSchema } from '@envoy/xds-protos/envoy/extensions/filters/network/connection_limit/v3/connection_limit_pb.js'
import { Type } from 'typebox'
import { listenerSwitch } from './attach-points.ts'
import { DurationSchema, toDuration } from './duration.ts'
import { facts } from './schema-keywords.ts'

/**
 * `connectionLimit` of a listener, and of a fleet for each of its listeners. Envoy closes the connections beyond it without an answer,
 * which gRPC clients report as `UNAVAILABLE`. It counts for each filter chain: TLS and plaintext of one listener have a count each,
 * and connections that drain after a flip are not in that of the new chain. `yard bootstrap --max-connections` limits an Envoy as a
 * whole.
 * https://www.envoyproxy.io/docs/envoy/latest/configuration/listeners/network_filters/connection_limit_filter
 */
export const connectionLimit = listenerSwitch({
  field: 'connectionLimit',
  alsoOfFleet: true,
  schema: Type.Object(
    {
      enabled: Type.Boolean({ description: 'true or false' }),
      max: Type.Integer({
        minimum: 1,
        maximum: 4_294_967_295,
        description: 'a number of connections at a time, 1 to 4294967295',
        ...facts({ envoy: 'ConnectionLimit.max_connections', example: 1000 }),
      }),
      delay: Type.Optional(
        Type.String({
          ...DurationSchema,
          default: '0s',
          description:
            'the time after which a connection beyond the limit is closed, such as 500ms or 1s; a caller that tries again at once is slower then',
          ...facts({ envoy: 'ConnectionLimit.delay', example: '1s' }),
        }),
      ),
    },
    {
      additionalProperties: false,
      description: 'a limit such as { enabled: true, max: 1000 }',
      ...facts({ envoy: 'Listener.filter_chains.filters', example: { enabled: true, max: 1000 } }),
    },
  ),
  appliesTo: ['envoy'],
  messages: [ConnectionLimitSchema],
  toFilterChains({ enabled, max, delay }, chain) {
    if (!enabled) return [chain]
    const limit = create(ConnectionLimitSchema, {
      // Its statistics are `connection_limit.callers.*`.
      statPrefix: 'callers',
      maxConnections: BigInt(max),
      ...(delay !== '0s' && { delay: toDuration(delay) }),
    })
    const filter = {
      name: 'envoy.filters.network.connection_limit',
      configType: { case: 'typedConfig' as const, value: anyPack(ConnectionLimitSchema, limit) },
    }
    // In front of the filter that takes the bytes, which is the last.
    return [{ ...chain, filters: [filter, ...(chain.filters ?? [])] }]
  },
})
