// Draining: what becomes of open connections of callers when a listener or an Envoy goes, and of those to endpoints when these change.

import { Listener_DrainType } from '@envoy/xds-protos/envoy/config/listener/v3/listener_pb.js'
import { Type } from 'typebox'
import { listenerSwitch, upstreamSwitch } from './attach-points.ts'
import { DurationSchema, OptionalDuration, parseDuration, toDuration } from './duration.ts'
import { facts } from './schema-keywords.ts'

/** Envoy's own, which listeners need not repeat. */
const ENVOY_DELAYED_CLOSE = '1s'

/**
 * `drain` of a listener, and of a fleet for each of its listeners. The time to drain is `--drain-time-s` of each Envoy, and
 * `connections.drain` of the fleet from a first GOAWAY on.
 *
 * In mode l7, `connections.maxDuration` of a fleet ends connections by GOAWAY. In mode l4 Envoy sees no calls: `maxConnectionAge` cuts
 * them with the connection, so that it is off by default, and a warning says it where it is on. A maximum connection age of the
 * backends spreads callers without that.
 * https://www.envoyproxy.io/docs/envoy/latest/intro/arch_overview/operations/draining
 */
export const listenerDrain = listenerSwitch({
  field: 'drain',
  alsoOfFleet: true,
  schema: Type.Object(
    {
      on: Type.Optional(
        Type.Enum(['failure', 'change'], {
          default: 'failure',
          description:
            'failure, which drains when the listener is changed or removed and when the admin of Envoy is asked to fail its health check, or change, which drains in the first case only',
          ...facts({ envoy: 'Listener.drain_type' }),
        }),
      ),
      maxConnectionAge: OptionalDuration(
        'in mode l4, the age at which Envoy cuts a connection together with its calls',
        { envoy: 'TcpProxy.max_downstream_connection_duration', example: '10m' },
      ),
      jitterPercent: Type.Optional(
        Type.Number({
          minimum: 0,
          maximum: 100,
          default: 10,
          description:
            'the most that is added to maxConnectionAge at random, as a percentage of it, 0 to 100',
          ...facts({
            envoy: 'TcpProxy.max_downstream_connection_duration_jitter_percentage',
            example: 25,
          }),
        }),
      ),
      delayedClose: Type.Optional(
        Type.String({
          ...DurationSchema,
          default: ENVOY_DELAYED_CLOSE,
          description:
            'in mode l7, how long a connection that Envoy ends waits for its caller to close it, a duration such as 500ms or 5s; 0s to close it at once',
          ...facts({ envoy: 'HttpConnectionManager.delayed_close_timeout', example: '5s' }),
        }),
      ),
    },
    {
      additionalProperties: false,
      description: 'how connections of callers end, such as { on: change, maxConnectionAge: 10m }',
      ...facts({ example: { on: 'change', maxConnectionAge: '10m' } }),
    },
  ),
  appliesTo: ['envoy'],
  *problems({ maxConnectionAge, jitterPercent }) {
    if (maxConnectionAge !== undefined || jitterPercent === undefined) return
    yield {
      steps: ['jitterPercent'],
      message: 'has no effect without maxConnectionAge: write it, or remove jitterPercent',
    }
  },
  toListener: ({ on }) => (on === 'change' ? { drainType: Listener_DrainType.MODIFY_ONLY } : {}),
  toTcpProxy: ({ maxConnectionAge, jitterPercent }) =>
    maxConnectionAge === undefined
      ? {}
      : {
          maxDownstreamConnectionDuration: toDuration(maxConnectionAge),
          ...(jitterPercent > 0 && {
            maxDownstreamConnectionDurationJitterPercentage: { value: jitterPercent },
          }),
        },
  toHttpConnectionManager: ({ delayedClose }) =>
    parseDuration(delayedClose) === parseDuration(ENVOY_DELAYED_CLOSE)
      ? {}
      : { delayedCloseTimeout: toDuration(delayedClose) },
})

/**
 * `drain` of an upstream. A single endpoint drains by its `state`, which ends nothing.
 * https://www.envoyproxy.io/docs/envoy/latest/api-v3/config/cluster/v3/cluster.proto#config-cluster-v3-cluster-commonlbconfig
 */
export const upstreamDrain = upstreamSwitch({
  field: 'drain',
  schema: Type.Object(
    {
      onChange: Type.Optional(
        Type.Boolean({
          default: false,
          description:
            'true or false: whether, in mode l7, connections to all endpoints end with their calls when an endpoint is added or removed, so that new ones spread over those that are there then',
          ...facts({ envoy: 'Cluster.common_lb_config.close_connections_on_host_set_change' }),
        }),
      ),
      keepRemoved: Type.Optional(
        Type.Boolean({
          default: false,
          description:
            'true or false: whether an endpoint that is removed gets calls until it fails its health check',
        }),
      ),
    },
    {
      additionalProperties: false,
      description: 'what ends when endpoints change, such as { onChange: true }',
      ...facts({ example: { onChange: true } }),
    },
  ),
  appliesTo: ['envoy'],
  *problemsWith({ keepRemoved }, { healthCheck }) {
    if (!keepRemoved || healthCheck?.enabled) return
    yield {
      steps: ['keepRemoved'],
      message:
        'has no effect without a healthCheck that is on, which would end it: turn one on, or remove keepRemoved',
    }
  },
  // `keepRemoved` is a field that health checks set: see `health-check.ts`.
  toCluster: ({ onChange }) =>
    onChange ? { commonLbConfig: { closeConnectionsOnHostSetChange: true } } : {},
})
