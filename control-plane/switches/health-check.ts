// Active health checks: Envoy asks each endpoint by gRPC whether it serves, and sends no calls to one that does not.

import { create, type MessageInitShape } from '@bufbuild/protobuf'
import type { ClusterSchema } from '@envoy/xds-protos/envoy/config/cluster/v3/cluster_pb.js'
import {
  type HealthCheck,
  HealthCheckSchema,
} from '@envoy/xds-protos/envoy/config/core/v3/health_check_pb.js'
import { type Static, Type } from 'typebox'
import { defaultsOf } from './defaults.ts'
import { PositiveDuration, toDuration } from './duration.ts'

function Threshold(fallback: number, description: string) {
  return Type.Optional(
    Type.Integer({ minimum: 1, maximum: 100, default: fallback, description: `${description}, 1 to 100` }),
  )
}

/** `healthCheck` of an upstream. */
export const HealthCheckSettingsSchema = Type.Object(
  {
    enabled: Type.Boolean({ description: 'true or false' }),
    service: Type.Optional(
      Type.String({
        pattern: '^([A-Za-z_]\\w*(\\.[A-Za-z_]\\w*)*)?$',
        default: '',
        description: 'the full name of the gRPC service to ask about, or "" for the whole server',
      }),
    ),
    interval: PositiveDuration('1s', 'the time between two checks'),
    timeout: PositiveDuration('500ms', 'the time after which a check has failed'),
    unhealthy: Threshold(2, 'a number of failed checks after which an endpoint gets no calls'),
    healthy: Threshold(1, 'a number of good checks after which it gets calls again'),
  },
  {
    additionalProperties: false,
    description: 'a health check such as { enabled: true, interval: 1s, timeout: 500ms }',
  },
)
export type HealthCheckSettings = Readonly<Static<typeof HealthCheckSettingsSchema>>

type ClusterFields = Pick<
  MessageInitShape<typeof ClusterSchema>,
  'healthChecks' | 'closeConnectionsOnHostHealthFailure' | 'ignoreHealthOnHostRemoval'
>

/** What a health check adds to the cluster: nothing where it is off. */
export function toHealthCheckFields(settings: HealthCheckSettings | undefined): ClusterFields {
  if (!settings?.enabled) return {}
  return {
    healthChecks: [toHealthCheck(settings)],
    // An HTTP connection pool drains by itself. A tcp_proxy would leave its connections at an endpoint that failed its
    // checks for as long as they last: cut, the client comes back and is given a healthy one.
    closeConnectionsOnHostHealthFailure: true,
    // Otherwise an endpoint that is taken out of the document would get calls until it fails a check, which it may
    // never do: the document decides who gets calls, the checks only who of them does not.
    ignoreHealthOnHostRemoval: true,
  }
}

/** https://www.envoyproxy.io/docs/envoy/latest/intro/arch_overview/upstream/health_checking */
function toHealthCheck(settings: HealthCheckSettings): HealthCheck {
  const { service, interval, timeout, unhealthy, healthy } = withHealthCheckDefaults(settings)
  return create(HealthCheckSchema, {
    healthChecker: { case: 'grpcHealthCheck', value: { serviceName: service } },
    interval: toDuration(interval),
    timeout: toDuration(timeout),
    unhealthyThreshold: unhealthy,
    healthyThreshold: healthy,
    // Envoy's own 60 s would let the first call of a quiet upstream find an endpoint that died a minute ago.
    noTrafficInterval: toDuration(interval),
  })
}

/** The settings as they take effect. */
export function withHealthCheckDefaults(settings: HealthCheckSettings): Required<HealthCheckSettings> {
  return {
    ...defaultsOf(HealthCheckSettingsSchema.properties),
    ...settings,
  } as Required<HealthCheckSettings>
}
