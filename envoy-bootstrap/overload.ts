// The limits of an Envoy: how many connections it accepts, and what it does when its memory runs short.
// https://www.envoyproxy.io/docs/envoy/latest/configuration/operations/overload_manager/overload_manager
import { create, type DescMessage, type MessageInitShape } from '@bufbuild/protobuf'
import { anyPack } from '@bufbuild/protobuf/wkt'
import {
  type OverloadManager,
  OverloadManagerSchema,
  type TriggerSchema,
} from '@envoy/xds-protos/envoy/config/overload/v3/overload_pb.js'
import { DownstreamConnectionsConfigSchema } from '@envoy/xds-protos/envoy/extensions/resource_monitors/downstream_connections/v3/downstream_connections_pb.js'
import { FixedHeapConfigSchema } from '@envoy/xds-protos/envoy/extensions/resource_monitors/fixed_heap/v3/fixed_heap_pb.js'

export interface EnvoyLimits {
  /** Connections of callers, over all listeners. Envoy closes further ones at once. */
  readonly maxConnections: number
  /** Bytes of heap that the fractions of `overloadManager` refer to. */
  readonly maxHeapBytes: number
}

/** Each connection needs two file descriptors, one of them upstream. Linux allows a process 20,000 or more. */
export const DEFAULT_LIMITS: EnvoyLimits = { maxConnections: 10_000, maxHeapBytes: 1024 ** 3 }

/** The messages that `overloadManager` packs. */
export const OVERLOAD_MESSAGES: readonly DescMessage[] = [
  FixedHeapConfigSchema,
  DownstreamConnectionsConfigSchema,
]

const HEAP = 'envoy.resource_monitors.fixed_heap'
const CONNECTIONS = 'envoy.resource_monitors.global_downstream_max_connections'

/** Streams that buffer less than 2^16 bytes, which is one HTTP/2 window, are not reset. */
const SMALLEST_RESET_STREAM_LOG2 = 16

const MEMORY_REFRESH = { nanos: 250_000_000 }

/**
 * When the heap is 90 % full, Envoy returns free memory to the system and resets the streams that buffer the most; up to
 * 98 % it resets more of them. From 95 % on it answers new calls with 503, which gRPC clients map to UNAVAILABLE, and closes
 * new connections.
 */
export function overloadManager({ maxConnections, maxHeapBytes }: EnvoyLimits): OverloadManager {
  return create(OverloadManagerSchema, {
    refreshInterval: MEMORY_REFRESH,
    resourceMonitors: [
      monitor(HEAP, FixedHeapConfigSchema, { maxHeapSizeBytes: BigInt(maxHeapBytes) }),
      monitor(CONNECTIONS, DownstreamConnectionsConfigSchema, {
        maxActiveDownstreamConnections: BigInt(maxConnections),
      }),
    ],
    actions: [
      { name: 'envoy.overload_actions.shrink_heap', triggers: [heapAbove(0.9)] },
      { name: 'envoy.overload_actions.reset_high_memory_stream', triggers: [heapBetween(0.9, 0.98)] },
      { name: 'envoy.overload_actions.stop_accepting_requests', triggers: [heapAbove(0.95)] },
    ],
    loadshedPoints: [{ name: 'envoy.load_shed_points.tcp_listener_accept', triggers: [heapAbove(0.95)] }],
    bufferFactoryConfig: { minimumAccountToTrackPowerOfTwo: SMALLEST_RESET_STREAM_LOG2 },
  })
}

function monitor<Desc extends DescMessage>(name: string, schema: Desc, config: MessageInitShape<Desc>) {
  return {
    name,
    configType: { case: 'typedConfig' as const, value: anyPack(schema, create(schema, config)) },
  }
}

function heapAbove(value: number): MessageInitShape<typeof TriggerSchema> {
  return { name: HEAP, triggerOneof: { case: 'threshold', value: { value } } }
}

function heapBetween(
  scalingThreshold: number,
  saturationThreshold: number,
): MessageInitShape<typeof TriggerSchema> {
  return { name: HEAP, triggerOneof: { case: 'scaled', value: { scalingThreshold, saturationThreshold } } }
}
