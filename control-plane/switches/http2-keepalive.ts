// HTTP/2 keepalive: PINGs that find out whether the peer of a connection is still there.

import { Type } from 'typebox'
import type { SettingsOf } from './attach-points.ts'
import { inEffect } from './defaults.ts'
import { DurationSchema, PositiveDuration, parseDuration, toDuration } from './duration.ts'
import type { PlacedProblem } from './placed-problem.ts'
import { facts } from './schema-keywords.ts'

const NEVER = '0s'

/**
 * To endpoints. gRPC servers count PINGs that come more often than every five minutes, and end the connection and its calls
 * with GOAWAY `too_many_pings`, unless they allow more: https://github.com/grpc/proposal/blob/master/A8-client-side-keepalive.md
 */
export const UPSTREAM_INTERVAL = '5m'
/** To callers, which answer any number of PINGs. */
export const DOWNSTREAM_INTERVAL = '30s'

const KEEPALIVE = 'Http2ProtocolOptions.connection_keepalive'

/**
 * Without it, only TCP notices a peer that vanished silently: after about 15 minutes if there are bytes to send, and never if there
 * are none. So it is on to endpoints, as often as every gRPC server allows it. To callers it is off, as in Envoy: a caller that is
 * gone costs a connection, and no call waits for it.
 * @param isOn by default
 */
export function Http2KeepaliveSchema(interval: string, isOn: boolean) {
  return Type.Object(
    {
      enabled: Type.Boolean({ description: 'true or false' }),
      interval: Type.Optional(
        Type.String({
          ...DurationSchema,
          default: interval,
          description: 'the time between two PINGs, a duration such as 30s or 5m; 0s for none',
          ...facts({ envoy: `${KEEPALIVE}.interval`, example: '1m' }),
        }),
      ),
      timeout: PositiveDuration('10s', 'the time without an answer after which a connection is cut', {
        envoy: `${KEEPALIVE}.timeout`,
        example: '3s',
      }),
      jitterPercent: Type.Optional(
        Type.Number({
          minimum: 0,
          maximum: 100,
          default: 15,
          description: 'the most that is added to an interval at random, as a percentage of it, 0 to 100',
          ...facts({ envoy: `${KEEPALIVE}.interval_jitter`, example: 30 }),
        }),
      ),
      afterIdle: Type.Optional(
        Type.String({
          ...DurationSchema,
          default: NEVER,
          description:
            'the time without calls after which a PING goes ahead of the next call, a duration such as 30s; 0s for never',
          ...facts({ envoy: `${KEEPALIVE}.connection_idle_interval`, example: '1m' }),
        }),
      ),
    },
    {
      additionalProperties: false,
      default: { enabled: isOn },
      description: 'PINGs that find dead peers, such as { enabled: true, interval: 1m, timeout: 3s }',
      ...facts({ envoy: KEEPALIVE, example: { enabled: true, interval: '1m', timeout: '3s' } }),
    },
  )
}

type Keepalive = ReturnType<typeof Http2KeepaliveSchema>
type Written = Partial<SettingsOf<Keepalive>> & { readonly enabled: boolean }

/** A problem if no PING would ever be sent. */
export function* neverPings(written: Written | undefined): Iterable<PlacedProblem> {
  if (!written?.enabled) return
  const { interval, afterIdle = NEVER } = written
  if (interval === undefined || parseDuration(interval) !== 0 || parseDuration(afterIdle) !== 0) return
  yield {
    steps: ['keepalive', 'interval'],
    message:
      'is 0s, and afterIdle is too, so no PING is ever sent: write one of them, or set enabled to false',
  }
}

/** The fields of Envoy. @param schema of the same peer, for its defaults */
export function toHttp2Keepalive(schema: Keepalive, written: Written | undefined) {
  if (!written?.enabled) return {}
  const settings = inEffect(schema, written) as SettingsOf<Keepalive>
  const { interval, timeout, jitterPercent, afterIdle } = settings
  return {
    connectionKeepalive: {
      ...(parseDuration(interval) !== 0 && { interval: toDuration(interval) }),
      timeout: toDuration(timeout),
      intervalJitter: { value: jitterPercent },
      ...(parseDuration(afterIdle) !== 0 && { connectionIdleInterval: toDuration(afterIdle) }),
    },
  }
}
