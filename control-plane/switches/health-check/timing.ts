// When a health check asks an endpoint again: by what it found out, and give or take a random time.

import type { Message, MessageInitShape } from '@bufbuild/protobuf'
import type { HealthCheckSchema } from '@envoy/xds-protos/envoy/config/core/v3/health_check_pb.js'
import { type Static, Type } from 'typebox'
import type { DeepReadonly } from '../../../core/deep-readonly.ts'
import { Interval, OptionalDuration, toDuration } from '../duration.ts'
import type { PlacedProblem } from '../placed-problem.ts'
import { facts } from '../schema-keywords.ts'

type HealthCheckParts = Exclude<MessageInitShape<typeof HealthCheckSchema>, Message>

function Beside(description: string, envoy: string) {
  return Interval(undefined, description, { envoy: `HealthCheck.${envoy}`, example: '10s' })
}

const IntervalsSchema = Type.Object(
  {
    noTraffic: Beside(
      'the time between two checks while the Envoy has not called the upstream yet, instead of interval',
      'no_traffic_interval',
    ),
    noTrafficHealthy: Beside(
      'the same for an endpoint that is healthy, instead of noTraffic',
      'no_traffic_healthy_interval',
    ),
    unhealthy: Beside(
      'the time between two checks of an endpoint that fails them, instead of interval',
      'unhealthy_interval',
    ),
    unhealthyEdge: Beside(
      'the time to the next check after a failed one while the endpoint still gets calls, instead of unhealthy',
      'unhealthy_edge_interval',
    ),
    healthyEdge: Beside(
      'the time to the next check after a good one while the endpoint gets no calls yet, instead of interval',
      'healthy_edge_interval',
    ),
  },
  {
    additionalProperties: false,
    description: 'times between checks in special cases, such as { unhealthy: 10s, healthyEdge: 500ms }',
    ...facts({ example: { unhealthy: '10s', healthyEdge: '500ms' } }),
  },
)

const JitterSchema = Type.Object(
  {
    initial: OptionalDuration('the most that the first check of an endpoint waits at random', {
      envoy: 'HealthCheck.initial_jitter',
      example: '1s',
    }),
    percent: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: 100,
        description: 'the most that is added to each interval at random, as a percentage of it, 1 to 100',
        ...facts({ envoy: 'HealthCheck.interval_jitter_percent', example: 20 }),
      }),
    ),
  },
  {
    additionalProperties: false,
    minProperties: 1,
    description: 'random times so that Envoys do not check at once, such as { initial: 1s, percent: 20 }',
    ...facts({ example: { initial: '1s', percent: 20 } }),
  },
)

export const TIMING = { intervals: Type.Optional(IntervalsSchema), jitter: Type.Optional(JitterSchema) }

interface Timing {
  readonly interval: string
  readonly intervals?: DeepReadonly<Static<typeof IntervalsSchema>>
  readonly jitter?: DeepReadonly<Static<typeof JitterSchema>>
}

export function toTiming({ interval, intervals = {}, jitter = {} }: Timing): HealthCheckParts {
  const { noTraffic = interval, noTrafficHealthy, unhealthy, unhealthyEdge, healthyEdge } = intervals
  return {
    interval: toDuration(interval),
    // With Envoy's own 60 s, the first call of a quiet upstream could go to an endpoint that died a minute ago.
    noTrafficInterval: toDuration(noTraffic),
    ...(noTrafficHealthy && { noTrafficHealthyInterval: toDuration(noTrafficHealthy) }),
    ...(unhealthy && { unhealthyInterval: toDuration(unhealthy) }),
    ...(unhealthyEdge && { unhealthyEdgeInterval: toDuration(unhealthyEdge) }),
    ...(healthyEdge && { healthyEdgeInterval: toDuration(healthyEdge) }),
    ...(jitter.initial && { initialJitter: toDuration(jitter.initial) }),
    ...(jitter.percent && { intervalJitterPercent: jitter.percent }),
  }
}

/** After the first of several good or failed checks comes the next one by its own interval. */
export function* edgeProblems({
  intervals = {},
  unhealthy,
  healthy,
}: Partial<Timing> & { readonly unhealthy: number; readonly healthy: number }): Iterable<PlacedProblem> {
  for (const [edge, threshold, count] of [
    ['unhealthyEdge', 'unhealthy', unhealthy],
    ['healthyEdge', 'healthy', healthy],
  ] as const) {
    if (intervals[edge] === undefined || count > 1) continue
    yield {
      steps: ['intervals', edge],
      message: `has no effect while ${threshold} is 1, because one check decides: remove it, or write ${threshold}: 2`,
    }
  }
}
