// Outlier detection: an endpoint that fails more calls than others gets none for a while.

import type { MessageInitShape } from '@bufbuild/protobuf'
import type { OutlierDetectionSchema } from '@envoy/xds-protos/envoy/config/cluster/v3/outlier_detection_pb.js'
import { type TProperties, Type } from 'typebox'
import { type SettingsOf, upstreamSwitch } from './attach-points.ts'
import { inEffect } from './defaults.ts'
import { Interval, PositiveDuration, toDuration, tooShort } from './duration.ts'
import { unsupported } from './grpc-clients.ts'
import { facts } from './schema-keywords.ts'

function Count(fallback: number, description: string, envoy: string, example: number) {
  return Type.Optional(
    Type.Integer({
      minimum: 1,
      maximum: 4_294_967_295,
      default: fallback,
      description: `a number of ${description}, 1 to 4294967295`,
      ...facts({ envoy: `OutlierDetection.${envoy}`, example }),
    }),
  )
}

function Percent(fallback: number, description: string, envoy: string, example: number) {
  return Type.Optional(
    Type.Integer({
      minimum: 1,
      maximum: 100,
      default: fallback,
      description: `a percentage of ${description}, 1 to 100`,
      ...facts({ envoy: `OutlierDetection.${envoy}`, example }),
    }),
  )
}

/** One way to find outliers. Each has its own switch, and those of one message hold together. */
function Detector<P extends TProperties>(
  isOn: boolean,
  properties: P,
  { description, envoy, example }: { description: string; envoy: string; example: object },
) {
  return Type.Optional(
    Type.Object(
      { enabled: Type.Boolean({ description: 'true or false' }), ...properties },
      {
        additionalProperties: false,
        default: { enabled: isOn },
        description,
        ...facts({ envoy: `OutlierDetection.${envoy}`, example }),
      },
    ),
  )
}

const DETECTORS = {
  consecutive5xx: Detector(
    true,
    { count: Count(5, 'failed calls in a row', 'consecutive_5xx', 3) },
    {
      description: 'ejection after failed calls in a row, such as { enabled: true, count: 5 }',
      envoy: 'enforcing_consecutive_5xx',
      example: { enabled: true, count: 3 },
    },
  ),
  consecutiveGateway: Detector(
    false,
    { count: Count(5, 'calls in a row without an answer of the service', 'consecutive_gateway_failure', 3) },
    {
      description:
        'ejection after calls in a row that end with UNAVAILABLE or DEADLINE_EXCEEDED, such as { enabled: true, count: 5 }',
      envoy: 'enforcing_consecutive_gateway_failure',
      example: { enabled: true, count: 3 },
    },
  ),
  localOrigin: Detector(
    false,
    { count: Count(5, 'failed connections in a row', 'consecutive_local_origin_failure', 3) },
    {
      description:
        'ejection after failed connections in a row, which then do not count as failed calls, such as { enabled: true, count: 5 }',
      envoy: 'split_external_local_origin_errors',
      example: { enabled: true, count: 3 },
    },
  ),
  successRate: Detector(
    true,
    {
      deviations: Type.Optional(
        Type.Number({
          minimum: 0,
          maximum: 1000,
          default: 1.9,
          description: 'a number of standard deviations below the mean of all endpoints, 0 to 1000',
          ...facts({ envoy: 'OutlierDetection.success_rate_stdev_factor', example: 1.5 }),
        }),
      ),
      minimumEndpoints: Count(5, 'endpoints with enough calls', 'success_rate_minimum_hosts', 3),
      minimumCalls: Count(100, 'calls to an endpoint in an interval', 'success_rate_request_volume', 20),
    },
    {
      description:
        'ejection of those that succeed less often than others, such as { enabled: true, deviations: 1.9 }',
      envoy: 'enforcing_success_rate',
      example: { enabled: true, deviations: 1.5 },
    },
  ),
  failurePercentage: Detector(
    false,
    {
      threshold: Percent(85, 'failed calls', 'failure_percentage_threshold', 50),
      minimumEndpoints: Count(5, 'endpoints', 'failure_percentage_minimum_hosts', 3),
      minimumCalls: Count(50, 'calls to an endpoint in an interval', 'failure_percentage_request_volume', 20),
    },
    {
      description: 'ejection of those that fail too often, such as { enabled: true, threshold: 85 }',
      envoy: 'enforcing_failure_percentage',
      example: { enabled: true, threshold: 50 },
    },
  ),
}

/** gRPC clients do not have these: https://github.com/grpc/proposal/blob/master/A50-xds-outlier-detection.md */
const OF_ENVOY = {
  consecutive5xx: 'the ejection after failed calls in a row',
  consecutiveGateway: 'the ejection after calls in a row without an answer',
  localOrigin: 'the ejection after failed connections in a row',
} as const

const SettingsSchema = Type.Object(
  {
    enabled: Type.Boolean({ description: 'true or false' }),
    interval: Interval('10s', 'the time between two looks at success rates and failure percentages', {
      envoy: 'OutlierDetection.interval',
      example: '5s',
    }),
    baseEjection: PositiveDuration('30s', 'the time of a first ejection, which grows with each further one', {
      envoy: 'OutlierDetection.base_ejection_time',
      example: '10s',
    }),
    maxEjection: PositiveDuration('5m', 'the longest time of an ejection', {
      envoy: 'OutlierDetection.max_ejection_time',
      example: '1m',
    }),
    maxPercent: Percent(
      10,
      'the endpoints that may be ejected at a time; one always may',
      'max_ejection_percent',
      50,
    ),
    ...DETECTORS,
  },
  {
    additionalProperties: false,
    description: 'an outlier detection such as { enabled: true, interval: 10s, baseEjection: 30s }',
    ...facts({
      envoy: 'Cluster.outlier_detection',
      example: { enabled: true, interval: '5s', failurePercentage: { enabled: true, threshold: 50 } },
    }),
  },
)

/**
 * `outlierDetection` of an upstream. The defaults are Envoy's own, and gRPC's where it has the setting. Calls that end with
 * UNAVAILABLE, INTERNAL, UNKNOWN, DATA_LOSS, UNIMPLEMENTED or DEADLINE_EXCEEDED before any message count as failed in Envoy; in
 * gRPC clients, all that do not end with OK.
 * https://www.envoyproxy.io/docs/envoy/latest/intro/arch_overview/upstream/outlier,
 * https://github.com/grpc/proposal/blob/master/A50-xds-outlier-detection.md
 */
export const outlierDetection = upstreamSwitch({
  field: 'outlierDetection',
  schema: SettingsSchema,
  appliesTo: ['envoy', 'proxyless'],
  unsupportedBy: (written) =>
    Object.entries(OF_ENVOY).flatMap(([name, what]) =>
      written[name as keyof typeof OF_ENVOY]?.enabled ? unsupported(what, { steps: [name] }) : [],
    ),
  problems: ({ baseEjection = '30s', maxEjection = '5m' }) =>
    tooShort({ steps: ['maxEjection'], longest: maxEjection }, { name: 'baseEjection', first: baseEjection }),
  toCluster: (settings) => (settings.enabled ? { outlierDetection: toOutlierDetection(settings) } : {}),
})

function toOutlierDetection(
  settings: SettingsOf<typeof SettingsSchema>,
): MessageInitShape<typeof OutlierDetectionSchema> {
  return {
    interval: toDuration(settings.interval),
    baseEjectionTime: toDuration(settings.baseEjection),
    maxEjectionTime: toDuration(settings.maxEjection),
    maxEjectionPercent: settings.maxPercent,
    // As gRPC does. Otherwise Envoy would eject none of three endpoints, because one is more than 10 %.
    alwaysEjectOneHost: true,
    // By default a health check that succeeds ends the ejection: an endpoint that passes its checks and fails its calls would
    // be back after a second.
    successfulActiveHealthCheckUnejectHost: false,
    ...toDetectors(settings),
  }
}

/** Clients enforce some detectors by default and others not, so each says whether it holds. */
function toDetectors(settings: Pick<SettingsOf<typeof SettingsSchema>, keyof typeof DETECTORS>) {
  const inARow = detectorOf('consecutive5xx', settings)
  const gateway = detectorOf('consecutiveGateway', settings)
  const local = detectorOf('localOrigin', settings)
  const successRate = detectorOf('successRate', settings)
  const failures = detectorOf('failurePercentage', settings)
  return {
    enforcingConsecutive5xx: inARow.enabled ? 100 : 0,
    consecutive5xx: inARow.count,
    enforcingConsecutiveGatewayFailure: gateway.enabled ? 100 : 0,
    consecutiveGatewayFailure: gateway.count,
    ...(local.enabled && {
      splitExternalLocalOriginErrors: true,
      enforcingConsecutiveLocalOriginFailure: 100,
      consecutiveLocalOriginFailure: local.count,
      // The same switches as for calls: apart from those, failed connections would have rates that nobody has turned on.
      enforcingLocalOriginSuccessRate: successRate.enabled ? 100 : 0,
      enforcingFailurePercentageLocalOrigin: failures.enabled ? 100 : 0,
    }),
    enforcingSuccessRate: successRate.enabled ? 100 : 0,
    successRateStdevFactor: Math.round(successRate.deviations * 1000),
    successRateMinimumHosts: successRate.minimumEndpoints,
    successRateRequestVolume: successRate.minimumCalls,
    enforcingFailurePercentage: failures.enabled ? 100 : 0,
    failurePercentageThreshold: failures.threshold,
    failurePercentageMinimumHosts: failures.minimumEndpoints,
    failurePercentageRequestVolume: failures.minimumCalls,
  } satisfies MessageInitShape<typeof OutlierDetectionSchema>
}

function detectorOf<Name extends keyof typeof DETECTORS>(
  name: Name,
  settings: Readonly<Record<Name, unknown>>,
) {
  return inEffect(DETECTORS[name], settings[name]) as SettingsOf<(typeof DETECTORS)[Name]>
}
