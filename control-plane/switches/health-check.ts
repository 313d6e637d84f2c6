// Active health checks: Envoy asks each endpoint by gRPC whether it serves, and sends calls only to those that do.

import { create } from '@bufbuild/protobuf'
import {
  type HealthCheck,
  HealthCheckSchema,
} from '@envoy/xds-protos/envoy/config/core/v3/health_check_pb.js'
import { Type } from 'typebox'
import { type SettingsOf, upstreamSwitch } from './attach-points.ts'
import { Interval, PositiveDuration, toDuration } from './duration.ts'
import { facts } from './schema-keywords.ts'

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

const SettingsSchema = Type.Object(
  {
    enabled: Type.Boolean({ description: 'true or false' }),
    service: Type.Optional(
      Type.String({
        pattern: '^([A-Za-z_]\\w*(\\.[A-Za-z_]\\w*)*)?$',
        default: '',
        description: 'the full name of the gRPC service to ask about, or "" for the whole server',
        ...facts({
          envoy: 'HealthCheck.grpc_health_check.service_name',
          example: 'switchyard.echo.v1.EchoService',
        }),
      }),
    ),
    interval: Interval('1s', 'the time between two checks', {
      envoy: 'HealthCheck.interval',
      example: '5s',
    }),
    timeout: PositiveDuration('500ms', 'the time after which a check has failed', {
      envoy: 'HealthCheck.timeout',
      example: '1s',
    }),
    unhealthy: Threshold(
      2,
      'a number of failed checks after which an endpoint gets no calls',
      'HealthCheck.unhealthy_threshold',
    ),
    healthy: Threshold(
      1,
      'a number of good checks after which it gets calls again',
      'HealthCheck.healthy_threshold',
    ),
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

/** `healthCheck` of an upstream. */
export const healthCheck = upstreamSwitch({
  field: 'healthCheck',
  schema: SettingsSchema,
  appliesTo: ['envoy'],
  toCluster(settings) {
    if (!settings.enabled) return {}
    return {
      healthChecks: [toHealthCheck(settings)],
      // An HTTP connection pool drains by itself. A tcp_proxy would leave its connections at an endpoint that failed its checks
      // for as long as they last: when they are cut, the client reconnects and gets a healthy endpoint.
      closeConnectionsOnHostHealthFailure: true,
      // Otherwise an endpoint that is taken out of the document would get calls until it fails a check, which may never
      // happen: the document decides who gets calls, and the checks only take endpoints away.
      ignoreHealthOnHostRemoval: true,
    }
  },
})

/** https://www.envoyproxy.io/docs/envoy/latest/intro/arch_overview/upstream/health_checking */
function toHealthCheck({
  service,
  interval,
  timeout,
  unhealthy,
  healthy,
}: SettingsOf<typeof SettingsSchema>): HealthCheck {
  return create(HealthCheckSchema, {
    healthChecker: { case: 'grpcHealthCheck', value: { serviceName: service } },
    interval: toDuration(interval),
    timeout: toDuration(timeout),
    unhealthyThreshold: unhealthy,
    healthyThreshold: healthy,
    // With Envoy's own 60 s, the first call of a quiet upstream could go to an endpoint that died a minute ago.
    noTrafficInterval: toDuration(interval),
  })
}
