// Slow start: an endpoint that is new, or has just become healthy, begins with a small share of the calls.

import { type Static, Type } from 'typebox'
import { inEffect } from './defaults.ts'
import { PositiveDuration, toDuration } from './duration.ts'
import { unsupported } from './grpc-clients.ts'
import { facts } from './schema-keywords.ts'

/** Envoy wants a key for each number that its runtime may change; nothing sets this one. */
const AGGRESSION_KEY = 'switchyard.slow_start.aggression'

/**
 * `lb.slowStart` of the policies that have it in Envoy: round robin and least request. During `window`, the weight of an endpoint
 * is multiplied by max(minShare, (age / window) ^ (1 / aggression)). With health checks its age counts from the first check that
 * passes, so it starts again after each failure. Endpoints of one age have equal shares, so a cluster that is new as a whole shows no effect.
 * https://www.envoyproxy.io/docs/envoy/latest/intro/arch_overview/upstream/load_balancing/slow_start
 */
const SlowStart = Type.Object(
  {
    enabled: Type.Boolean({ description: 'true or false' }),
    window: PositiveDuration('30s', 'the time until an endpoint has its whole share', {
      envoy: 'RoundRobin.slow_start_config.slow_start_window',
      example: '1m',
    }),
    aggression: Type.Optional(
      Type.Number({
        minimum: 0.01,
        maximum: 100,
        default: 1,
        description: 'the shape of the growth, 0.01 to 100: 1 is a line, and more begins faster',
        ...facts({ envoy: 'RoundRobin.slow_start_config.aggression', example: 2 }),
      }),
    ),
    minShare: Type.Optional(
      Type.Number({
        minimum: 1,
        maximum: 100,
        default: 10,
        description: 'a percentage of the whole share to begin with, 1 to 100',
        ...facts({ envoy: 'RoundRobin.slow_start_config.min_weight_percent', example: 5 }),
      }),
    ),
  },
  {
    additionalProperties: false,
    default: { enabled: false },
    description: 'a slow start of new endpoints, such as { enabled: true, window: 30s }',
    ...facts({
      envoy: 'RoundRobin.slow_start_config',
      example: { enabled: true, window: '1m' },
      clients: ['envoy'],
    }),
  },
)

type Written = Readonly<Static<typeof SlowStart>>

/** The option of a policy. */
export const SLOW_START = { slowStart: Type.Optional(SlowStart) }

/** `slow_start_config` of the policy's message. */
export function slowStartConfig(written: Written) {
  const { enabled, window, aggression, minShare } = inEffect(SlowStart, written) as Required<Written>
  return enabled
    ? {
        slowStartConfig: {
          slowStartWindow: toDuration(window),
          aggression: { defaultValue: aggression, runtimeKey: AGGRESSION_KEY },
          minWeightPercent: { value: minShare },
        },
      }
    : {}
}

/** gRPC clients ignore it silently. */
export function slowStartUnknownToGrpc({ slowStart }: { readonly slowStart?: Written }) {
  return slowStart?.enabled ? unsupported('a slow start', { steps: ['slowStart'] }) : []
}
