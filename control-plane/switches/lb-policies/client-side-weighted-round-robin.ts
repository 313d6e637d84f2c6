// Client-side weighted round robin: endpoints get calls by the load that they report themselves (ORCA).

import { create } from '@bufbuild/protobuf'
import { type Any, anyPack } from '@bufbuild/protobuf/wkt'
import { ClientSideWeightedRoundRobinSchema } from '@envoy/xds-protos/envoy/extensions/load_balancing_policies/client_side_weighted_round_robin/v3/client_side_weighted_round_robin_pb.js'
import { WrrLocalitySchema } from '@envoy/xds-protos/envoy/extensions/load_balancing_policies/wrr_locality/v3/wrr_locality_pb.js'
import { Type } from 'typebox'
import { inEffect } from '../defaults.ts'
import { DurationSchema, Interval, PositiveDuration, parseDuration, toDuration } from '../duration.ts'
import { unsupported } from '../grpc-clients.ts'
import { defineLbPolicy } from '../lb-policy.ts'
import { LoadMetric, MAX_METRICS } from '../load-metrics.ts'
import { facts } from '../schema-keywords.ts'

const Message = 'ClientSideWeightedRoundRobin'

const OutOfBand = Type.Object(
  {
    enabled: Type.Boolean({ description: 'true or false' }),
    period: Interval('10s', 'the time between two reports', {
      envoy: `${Message}.oob_reporting_period`,
      example: '5s',
    }),
  },
  {
    additionalProperties: false,
    default: { enabled: false },
    description: 'reports on a stream instead of with calls, such as { enabled: true, period: 10s }',
    ...facts({
      envoy: `${Message}.enable_oob_load_report`,
      example: { enabled: true, period: '5s' },
    }),
  },
)

/**
 * The weight of an endpoint is its calls a second over its utilization, to which the share of failed calls times `errorPenalty` is
 * added. An endpoint without a valid report gets the mean (Envoy: the median) of the others. Endpoints that report nothing get
 * equal shares.
 * https://github.com/grpc/proposal/blob/master/A58-client-side-weighted-round-robin-lb-policy.md,
 * https://github.com/grpc/proposal/blob/master/A51-custom-backend-metrics.md
 */
export const clientSideWeightedRoundRobin = defineLbPolicy({
  name: 'client_side_weighted_round_robin',
  summary: 'Every endpoint in its turn, less often the more load it reports (ORCA).',
  options: {
    blackout: Type.Optional(
      Type.String({
        ...DurationSchema,
        default: '10s',
        description: 'how long an endpoint reports before its reports count, such as 10s; 0s for none',
        ...facts({ envoy: `${Message}.blackout_period`, example: '1s' }),
      }),
    ),
    expiration: PositiveDuration('3m', 'the time after which a report does not count any more', {
      envoy: `${Message}.weight_expiration_period`,
      example: '1m',
    }),
    updatePeriod: Type.Optional(
      Type.String({
        // Clients take shorter ones for 100 ms.
        pattern: '^(0*[1-9]\\d{2,8}ms|0*[1-9]\\d{0,8}s|0*[1-9]\\d{0,7}m|0*[1-9]\\d{0,5}h)$',
        default: '1s',
        description:
          'the time between two looks at the reports, a duration of at least 100ms such as 500ms or 1s',
        ...facts({ envoy: `${Message}.weight_update_period`, example: '500ms' }),
      }),
    ),
    errorPenalty: Type.Optional(
      Type.Number({
        minimum: 0,
        maximum: 1000,
        default: 1,
        description: 'how much failed calls weigh, from 0 (nothing) to 1000',
        ...facts({ envoy: `${Message}.error_utilization_penalty`, example: 2.5 }),
      }),
    ),
    metrics: Type.Optional(
      Type.Unsafe<readonly string[]>(
        Type.Array(LoadMetric(`${Message}.metric_names_for_computing_utilization`), {
          maxItems: MAX_METRICS,
          uniqueItems: true,
          default: [],
          description:
            'a list of metrics such as [mem_utilization, named_metrics.queue]: the largest is the utilization of an endpoint that reports no application_utilization',
          ...facts({
            envoy: `${Message}.metric_names_for_computing_utilization`,
            example: ['mem_utilization', 'named_metrics.queue'],
            clients: ['envoy'],
          }),
        }),
      ),
    ),
    outOfBand: Type.Optional(OutOfBand),
  },
  appliesTo: ['envoy', 'proxyless'],
  unsupportedBy: ({ errorPenalty, metrics = [] }) => [
    ...(metrics.length > 0 ? unsupported('a choice of metrics', { steps: ['metrics'] }) : []),
    ...unsupported('the policy', { unless: 'its environment has GRPC_EXPERIMENTAL_XDS_WRR_LB=true' }, [
      'node',
    ]),
    ...(errorPenalty === 0
      ? unsupported('an errorPenalty of 0, which it takes for 1,', { steps: ['errorPenalty'] }, ['go'])
      : []),
  ],
  needsWrrLocality: true,
  messages: [ClientSideWeightedRoundRobinSchema, WrrLocalitySchema],
  toExtension: toMessage,
  // grpc-go 1.85 takes 0 for a value that is not written, and waits 10 s.
  toGrpcExtension: ({ blackout, ...others }) =>
    toMessage({ ...others, metrics: [], blackout: parseDuration(blackout) === 0 ? '1ms' : blackout }),
})

interface Settings {
  readonly blackout: string
  readonly expiration: string
  readonly updatePeriod: string
  readonly errorPenalty: number
  readonly metrics: readonly string[]
  readonly outOfBand: { readonly enabled: boolean; readonly period?: string }
}

function toMessage(settings: Settings): Any {
  const { blackout, expiration, updatePeriod, errorPenalty, metrics, outOfBand } = settings
  const { enabled, period } = inEffect(OutOfBand, outOfBand) as Required<Settings['outOfBand']>
  return anyPack(
    ClientSideWeightedRoundRobinSchema,
    create(ClientSideWeightedRoundRobinSchema, {
      blackoutPeriod: toDuration(blackout),
      weightExpirationPeriod: toDuration(expiration),
      weightUpdatePeriod: toDuration(updatePeriod),
      errorUtilizationPenalty: errorPenalty,
      metricNamesForComputingUtilization: [...metrics],
      ...(enabled && { enableOobLoadReport: true, oobReportingPeriod: toDuration(period) }),
    }),
  )
}
