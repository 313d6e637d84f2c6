// Adaptive concurrency: each Envoy finds out how many calls at a time keep services fast, and rejects those beyond that number.

import { create, type MessageInitShape } from '@bufbuild/protobuf'
import { anyPack } from '@bufbuild/protobuf/wkt'
import { FilterConfigSchema } from '@envoy/xds-protos/envoy/config/route/v3/route_components_pb.js'
import { AdaptiveConcurrencySchema } from '@envoy/xds-protos/envoy/extensions/filters/http/adaptive_concurrency/v3/adaptive_concurrency_pb.js'
import { Type } from 'typebox'
import { httpFilterSwitch } from '../attach-points.ts'
import { Interval, toDuration } from '../duration.ts'
import { facts } from '../schema-keywords.ts'
import { FilterOfRuleSchema, onOrOff } from './filter-of-rule.ts'

const GRADIENT = 'GradientControllerConfig'

function Count(minimum: number, fallback: number, description: string, envoy: string, example: number) {
  return Type.Optional(
    Type.Integer({
      minimum,
      maximum: 4_294_967_295,
      default: fallback,
      description: `${description}, ${minimum} to 4294967295`,
      ...facts({ envoy: `${GRADIENT}.${envoy}`, example }),
    }),
  )
}

function Percent(fallback: number, description: string, envoy: string, example: number) {
  return Type.Optional(
    Type.Integer({
      minimum: 0,
      maximum: 100,
      default: fallback,
      description: `${description}, 0 to 100`,
      ...facts({ envoy: `${GRADIENT}.${envoy}`, example }),
    }),
  )
}

/**
 * `filters.adaptiveConcurrency` of a fleet; a rule may be without it. Envoy compares the latency of calls with the least one that it has
 * measured, and lets fewer calls in if it grows. To measure that, it lets in only `minConcurrency` calls at a time until it has `samples` of
 * them: at the start, after each `measureInterval`, and after a change of the listener. Calls beyond the limit get UNAVAILABLE. The limit is one for
 * all upstreams of a listener. A stream has a place as long as it is open, and its whole duration is taken for latency.
 * https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_filters/adaptive_concurrency_filter
 */
export const adaptiveConcurrency = httpFilterSwitch({
  name: 'adaptive_concurrency',
  // It measures services, and not what processes calls before them. Admission control must not take the calls that this filter rejects for failures of a service.
  after: [
    'binary_metadata',
    'header_mutation',
    'jwt_authn',
    'ext_authz',
    'rbac',
    'grpc_stats',
    'local_ratelimit',
    'fault',
    'buffer',
    'ext_proc',
    'lua_script',
    'wasm',
  ],
  field: 'adaptiveConcurrency',
  room: 'filters',
  schema: Type.Object(
    {
      enabled: Type.Boolean({ description: 'true or false' }),
      maxConcurrency: Count(
        1,
        1_000,
        'a number of calls at a time that the limit never exceeds',
        'concurrency_limit_params.max_concurrency_limit',
        500,
      ),
      minConcurrency: Count(
        1,
        3,
        'a number of calls at a time while the least latency is measured',
        'min_rtt_calc_params.min_concurrency',
        10,
      ),
      updateInterval: Interval('100ms', 'the time after which the limit is calculated again', {
        envoy: `${GRADIENT}.concurrency_limit_params.concurrency_update_interval`,
        example: '200ms',
      }),
      measureInterval: Interval('1m', 'the time after which the least latency is measured again', {
        envoy: `${GRADIENT}.min_rtt_calc_params.interval`,
        example: '5m',
      }),
      samples: Count(
        1,
        50,
        'a number of calls that a measurement of the least latency needs',
        'min_rtt_calc_params.request_count',
        100,
      ),
      jitter: Percent(
        15,
        'the percentage of measureInterval by which measurements may be late, so that not all Envoys measure at once',
        'min_rtt_calc_params.jitter',
        10,
      ),
      buffer: Percent(
        25,
        'the percentage of the least latency by which calls may be slower without fewer of them',
        'min_rtt_calc_params.buffer',
        50,
      ),
      percentile: Percent(
        50,
        'the percentile of the latency of calls that is compared',
        'sample_aggregate_percentile',
        90,
      ),
    },
    {
      additionalProperties: false,
      description: 'a limit that adapts to latency, such as { enabled: true, maxConcurrency: 500 }',
      ...facts({ envoy: 'AdaptiveConcurrency', example: { enabled: true, maxConcurrency: 500 } }),
    },
  ),
  appliesTo: ['envoy'],
  messages: [AdaptiveConcurrencySchema, FilterConfigSchema],
  *problems({ maxConcurrency = 1_000, minConcurrency = 3 }) {
    if (minConcurrency <= maxConcurrency) return
    const message = `is ${minConcurrency}, more than maxConcurrency, ${maxConcurrency}: write at most ${maxConcurrency}`
    yield { steps: ['minConcurrency'], message }
  },
  toExtension: (settings) => {
    const message: MessageInitShape<typeof AdaptiveConcurrencySchema> = {
      concurrencyControllerConfig: {
        case: 'gradientControllerConfig',
        value: {
          sampleAggregatePercentile: { value: settings.percentile },
          concurrencyLimitParams: {
            maxConcurrencyLimit: settings.maxConcurrency,
            concurrencyUpdateInterval: toDuration(settings.updateInterval),
          },
          minRttCalcParams: {
            interval: toDuration(settings.measureInterval),
            requestCount: settings.samples,
            jitter: { value: settings.jitter },
            minConcurrency: settings.minConcurrency,
            buffer: { value: settings.buffer },
          },
        },
      },
    }
    return anyPack(AdaptiveConcurrencySchema, create(AdaptiveConcurrencySchema, message))
  },
  rule: { schema: FilterOfRuleSchema, toExtension: onOrOff },
})
