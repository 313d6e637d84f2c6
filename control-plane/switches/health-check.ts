// Active health checks: Envoy asks each endpoint whether it serves, and sends calls only to those that do.

import { create } from '@bufbuild/protobuf'
import { anyPack } from '@bufbuild/protobuf/wkt'
import {
  type HealthCheck,
  HealthCheckSchema,
} from '@envoy/xds-protos/envoy/config/core/v3/health_check_pb.js'
import { HealthCheckEventFileSinkSchema } from '@envoy/xds-protos/envoy/extensions/health_check/event_sinks/file/v3/file_pb.js'
import { Type } from 'typebox'
import { type SettingsOf, type UpstreamEntry, upstreamSwitch } from './attach-points.ts'
import { Interval, PositiveDuration, toDuration } from './duration.ts'
import { PROBES, probeProblems, probeProblemsWith, toProbe } from './health-check/probes.ts'
import { edgeProblems, TIMING, toTiming } from './health-check/timing.ts'
import { LogPath } from './log-path.ts'
import { facts } from './schema-keywords.ts'

const [UNHEALTHY, HEALTHY] = [2, 1]

function Threshold(fallback: number, description: string, envoy: string) {
  return Type.Optional(
    Type.Integer({
      minimum: 1,
      maximum: 100,
      default: fallback,
      description: `${description}, 1 to 100`,
      ...facts({ envoy, example: 3 }),
    }),
  )
}

const EventLogSchema = Type.Object(
  {
    path: LogPath({
      envoy: 'HealthCheckEventFileSink.event_log_path',
      example: '/var/log/envoy/health.log',
    }),
    failures: Type.Optional(
      Type.Boolean({
        default: false,
        description: 'true for a line for each check that fails, false for the first one only',
        ...facts({ envoy: 'HealthCheck.always_log_health_check_failures' }),
      }),
    ),
    successes: Type.Optional(
      Type.Boolean({
        default: false,
        description: 'true for a line for each good check, false for none',
        ...facts({ envoy: 'HealthCheck.always_log_health_check_success' }),
      }),
    ),
  },
  {
    additionalProperties: false,
    description:
      'a file for a line of JSON whenever the health of an endpoint changes, such as { path: /var/log/envoy/health.log }',
    ...facts({ envoy: 'HealthCheck.event_logger', example: { path: '/var/log/envoy/health.log' } }),
  },
)

const SettingsSchema = Type.Object(
  {
    enabled: Type.Boolean({ description: 'true or false' }),
    ...PROBES,
    interval: Interval('1s', 'the time between two checks', {
      envoy: 'HealthCheck.interval',
      example: '5s',
    }),
    timeout: PositiveDuration('500ms', 'the time after which a check has failed', {
      envoy: 'HealthCheck.timeout',
      example: '1s',
    }),
    unhealthy: Threshold(
      UNHEALTHY,
      'a number of checks without an answer after which an endpoint gets no calls (an answer that it does not serve takes it out at once)',
      'HealthCheck.unhealthy_threshold',
    ),
    healthy: Threshold(
      HEALTHY,
      'a number of good checks after which it gets calls again',
      'HealthCheck.healthy_threshold',
    ),
    ...TIMING,
    reuseConnection: Type.Optional(
      Type.Boolean({
        default: true,
        description: 'true or false: whether the checks of an endpoint share one connection',
        ...facts({ envoy: 'HealthCheck.reuse_connection' }),
      }),
    ),
    eventLog: Type.Optional(EventLogSchema),
  },
  {
    additionalProperties: false,
    description: 'a health check such as { enabled: true, interval: 1s, timeout: 500ms }',
    ...facts({
      envoy: 'Cluster.health_checks',
      example: { enabled: true, interval: '5s', timeout: '1s' },
    }),
  },
)

type Settings = SettingsOf<typeof SettingsSchema>

/** `healthCheck` of an upstream. It asks by gRPC, or by `http` or `tcp` where that is written. */
export const healthCheck = upstreamSwitch({
  field: 'healthCheck',
  schema: SettingsSchema,
  appliesTo: ['envoy'],
  messages: [HealthCheckEventFileSinkSchema],
  *problems({ unhealthy = UNHEALTHY, healthy = HEALTHY, ...written }) {
    yield* probeProblems(written)
    yield* edgeProblems({ ...written, unhealthy, healthy })
  },
  problemsWith: ({ enabled, ...written }, entry) => (enabled ? probeProblemsWith(written, entry) : []),
  toCluster(settings, entry) {
    if (!settings.enabled) return {}
    return {
      healthChecks: [toHealthCheck(settings, entry)],
      // An HTTP connection pool drains by itself. A tcp_proxy would leave its connections at an endpoint that failed its checks
      // for as long as they last: when they are cut, the client reconnects and gets a healthy endpoint.
      closeConnectionsOnHostHealthFailure: true,
      // Otherwise an endpoint that is taken out of the document would get calls until it fails a check, which may never
      // happen: the document decides who gets calls, and the checks only take endpoints away.
      ...(!entry.drain?.keepRemoved && { ignoreHealthOnHostRemoval: true }),
    }
  },
})

/** https://www.envoyproxy.io/docs/envoy/latest/intro/arch_overview/upstream/health_checking */
function toHealthCheck(settings: Settings, entry: UpstreamEntry): HealthCheck {
  const { timeout, unhealthy, healthy, reuseConnection, eventLog } = settings
  return create(HealthCheckSchema, {
    ...toProbe(settings, entry),
    ...toTiming(settings),
    timeout: toDuration(timeout),
    unhealthyThreshold: unhealthy,
    healthyThreshold: healthy,
    ...(!reuseConnection && { reuseConnection }),
    ...(eventLog && toEventLog(eventLog)),
  })
}

function toEventLog({ path, failures = false, successes = false }: NonNullable<Settings['eventLog']>) {
  const sink = create(HealthCheckEventFileSinkSchema, { eventLogPath: path })
  return {
    eventLogger: [
      {
        name: 'envoy.health_check.event_sink.file',
        typedConfig: anyPack(HealthCheckEventFileSinkSchema, sink),
      },
    ],
    alwaysLogHealthCheckFailures: failures,
    alwaysLogHealthCheckSuccess: successes,
  }
}
