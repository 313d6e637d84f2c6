// How long a connection lives, and how many calls it carries: connections that end now and then spread callers anew.

import type { Duration } from '@bufbuild/protobuf/wkt'
import { Type } from 'typebox'
import { fleetSwitch, type SettingsOf, upstreamSwitch } from './attach-points.ts'
import { inEffect } from './defaults.ts'
import { OptionalDuration, PositiveDuration, parseDuration, toDuration } from './duration.ts'
import { facts } from './schema-keywords.ts'

/** Envoy's own, which listeners and clusters need not repeat. */
const ENVOY_IDLE = '1h'
const ENVOY_DRAIN = '5s'
const ENVOY_CONNECT = '5s'

const DOWNSTREAM = 'HttpConnectionManager.common_http_protocol_options'
const UPSTREAM = 'HttpProtocolOptions.common_http_protocol_options'

function recycling(message: string) {
  return {
    idle: PositiveDuration(ENVOY_IDLE, 'the time that a connection may have no calls', {
      envoy: `${message}.idle_timeout`,
      example: '15m',
    }),
    maxDuration: OptionalDuration('the age at which a connection takes no new calls', {
      envoy: `${message}.max_connection_duration`,
      example: '10m',
    }),
    maxRequests: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: 4_294_967_295,
        description: 'a number of calls after which a connection takes no new ones, 1 to 4294967295',
        ...facts({ envoy: `${message}.max_requests_per_connection`, example: 10_000 }),
      }),
    ),
  }
}

interface Recycling {
  readonly idle: string
  readonly maxDuration?: string
  readonly jitterPercent?: number
  readonly maxRequests?: number
}

/** The fields that differ from Envoy's own. */
function toOptions({ idle, maxDuration, jitterPercent = 0, maxRequests }: Recycling) {
  return {
    ...unless(ENVOY_IDLE, idle, (idleTimeout) => ({ idleTimeout })),
    ...(maxDuration !== undefined && { maxConnectionDuration: toDuration(maxDuration) }),
    ...(maxDuration !== undefined &&
      jitterPercent > 0 && { maxConnectionDurationJitter: { value: jitterPercent } }),
    ...(maxRequests !== undefined && { maxRequestsPerConnection: maxRequests }),
  }
}

function unless<T>(itsOwn: string, written: string, part: (duration: Duration) => T): T | undefined {
  return parseDuration(written) === parseDuration(itsOwn) ? undefined : part(toDuration(written))
}

/**
 * `connections` of a fleet: those of callers. A connection that is due gets GOAWAY, its calls go on to their end, and the caller
 * opens another one: no call fails. In mode l4 only `idle` has an effect, where it is the time without a byte: Envoy sees no calls
 * there, and could only cut them (`drain.maxConnectionAge`). Give backends a maximum connection age for that (`--max-connection-age-ms`).
 * https://www.envoyproxy.io/docs/envoy/latest/api-v3/config/core/v3/protocol.proto#config-core-v3-httpprotocoloptions
 */
export const fleetConnections = fleetSwitch({
  field: 'connections',
  schema: Type.Object(
    {
      ...recycling(DOWNSTREAM),
      // Envoy does not look at it towards endpoints.
      jitterPercent: Type.Optional(
        Type.Number({
          minimum: 0,
          maximum: 100,
          default: 0,
          description: 'the most that is added to maxDuration at random, as a percentage of it, 0 to 100',
          ...facts({ envoy: `${DOWNSTREAM}.max_connection_duration_jitter`, example: 10 }),
        }),
      ),
      drain: PositiveDuration(
        ENVOY_DRAIN,
        'the time in which a connection still takes calls after its first GOAWAY',
        { envoy: 'HttpConnectionManager.drain_timeout', example: '2s' },
      ),
    },
    {
      additionalProperties: false,
      default: {},
      description: 'limits of connections of callers, such as { maxDuration: 10m, idle: 15m }',
      ...facts({ example: { idle: '15m', maxDuration: '10m' } }),
    },
  ),
  appliesTo: ['envoy'],
  toHttpConnectionManager: ({ drain, ...settings }) => ({
    commonHttpProtocolOptions: toOptions(settings),
    ...unless(ENVOY_DRAIN, drain, (drainTimeout) => ({ drainTimeout })),
  }),
  toTcpProxy: ({ idle }) => ({ ...unless(ENVOY_IDLE, idle, (idleTimeout) => ({ idleTimeout })) }),
})

function Ratio(description: string, envoy: string) {
  return Type.Optional(
    Type.Number({
      minimum: 1,
      // More connections than that cost more time than they save, Envoy finds.
      maximum: 3,
      default: 1,
      description: `${description}, 1 to 3`,
      ...facts({ envoy: `Cluster.preconnect_policy.${envoy}`, example: 1.5 }),
    }),
  )
}

/** Off by default, as in Envoy. Connections that nobody uses hold memory at both ends. */
const PreconnectSchema = Type.Object(
  {
    enabled: Type.Boolean({ description: 'true or false' }),
    perEndpoint: Ratio(
      'for how many times the calls under way an endpoint has connections open',
      'per_upstream_preconnect_ratio',
    ),
    predictive: Ratio(
      'for how many times the calls under way connections are open at the endpoints that round_robin or random picks next',
      'predictive_preconnect_ratio',
    ),
  },
  {
    additionalProperties: false,
    description: 'connections that open before calls need them, such as { enabled: true, predictive: 2 }',
    ...facts({ envoy: 'Cluster.preconnect_policy', example: { enabled: true, predictive: 2 } }),
  },
)

function toPreconnect(written?: { readonly enabled: boolean }) {
  if (!written?.enabled) return {}
  const settings = inEffect(PreconnectSchema, written) as SettingsOf<typeof PreconnectSchema>
  const { perEndpoint, predictive } = settings
  return {
    preconnectPolicy: { perUpstreamPreconnectRatio: perEndpoint, predictivePreconnectRatio: predictive },
  }
}

/**
 * `connections` of an upstream: those to its endpoints. A connection that is due takes no new calls and ends with its last call.
 * gRPC clients have no such settings: their channels keep connections until the backend ends them.
 */
export const upstreamConnections = upstreamSwitch({
  field: 'connections',
  schema: Type.Object(
    {
      connectTimeout: PositiveDuration(
        ENVOY_CONNECT,
        'the time in which a connection must be open, its TLS handshake included',
        { envoy: 'Cluster.connect_timeout', example: '1s' },
      ),
      ...recycling(UPSTREAM),
      preconnect: Type.Optional(PreconnectSchema),
      perCaller: Type.Optional(
        Type.Boolean({
          default: false,
          description:
            'true or false: whether each connection of a caller has connections of its own to the endpoints, which end with it',
          ...facts({ envoy: 'Cluster.connection_pool_per_downstream_connection' }),
        }),
      ),
    },
    {
      additionalProperties: false,
      default: {},
      description: 'limits of connections to endpoints, such as { connectTimeout: 1s, maxRequests: 10000 }',
      ...facts({ example: { connectTimeout: '1s', maxDuration: '10m' } }),
    },
  ),
  appliesTo: ['envoy'],
  *problems({ preconnect }) {
    const { enabled, perEndpoint = 1, predictive = 1 } = preconnect ?? { enabled: false }
    if (enabled && perEndpoint === 1 && predictive === 1) {
      yield {
        steps: ['preconnect'],
        message:
          'opens no connection ahead: write perEndpoint or predictive above 1, or set enabled to false',
      }
    }
  },
  toCluster: ({ connectTimeout, preconnect, perCaller }) => ({
    ...(perCaller && { connectionPoolPerDownstreamConnection: true }),
    ...unless(ENVOY_CONNECT, connectTimeout, (timeout) => ({ connectTimeout: timeout })),
    ...toPreconnect(preconnect),
  }),
  toHttpProtocolOptions({ connectTimeout: _, preconnect: __, perCaller: ___, ...settings }) {
    const options = toOptions(settings)
    return Object.keys(options).length === 0 ? {} : { commonHttpProtocolOptions: options }
  },
})
