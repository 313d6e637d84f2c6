// How long a retry waits: a random time that doubles, or what the answer itself says.

import { RetryPolicy_ResetHeaderFormat } from '@envoy/xds-protos/envoy/config/route/v3/route_components_pb.js'
import { Type } from 'typebox'
import type { SettingsOf } from './attach-points.ts'
import { inEffect } from './defaults.ts'
import { PositiveDuration, parseDuration, toDuration } from './duration.ts'
import { HeaderName } from './header-name.ts'
import { facts } from './schema-keywords.ts'

/** Envoy's own, and gRPC's, which routes need not repeat. */
export const BASE = '25ms'
export const MAX = '250ms'

export const BackOffSchema = Type.Object(
  {
    base: PositiveDuration(
      BASE,
      'the longest wait before the first retry, which doubles with each further one',
      {
        envoy: 'RetryPolicy.retry_back_off.base_interval',
        example: '100ms',
      },
    ),
    max: PositiveDuration(MAX, 'the longest wait before any retry', {
      envoy: 'RetryPolicy.retry_back_off.max_interval',
      example: '2s',
    }),
  },
  {
    additionalProperties: false,
    default: {},
    description: 'random waits before retries, such as { base: 25ms, max: 250ms }',
    ...facts({ envoy: 'RetryPolicy.retry_back_off', example: { base: '100ms', max: '2s' } }),
  },
)

const RATE_LIMITED = 'RetryPolicy.rate_limited_retry_back_off'

const FORMATS = {
  seconds: RetryPolicy_ResetHeaderFormat.SECONDS,
  'unix-time': RetryPolicy_ResetHeaderFormat.UNIX_TIMESTAMP,
} as const

/** gRPC's own header for it, `grpc-retry-pushback-ms`, counts milliseconds, which Envoy cannot read. */
export const RateLimitedBackOffSchema = Type.Object(
  {
    enabled: Type.Boolean({ description: 'true or false' }),
    headers: Type.Optional(
      Type.Array(
        Type.Object(
          {
            name: HeaderName,
            format: Type.Enum(Object.keys(FORMATS) as (keyof typeof FORMATS)[], {
              description: 'seconds for a time to wait, or unix-time for the second to wait for',
              ...facts({ envoy: `${RATE_LIMITED}.reset_headers.format`, example: 'seconds' }),
            }),
          },
          {
            additionalProperties: false,
            description: 'a header such as { name: retry-after, format: seconds }',
            ...facts({ example: { name: 'x-ratelimit-reset', format: 'unix-time' } }),
          },
        ),
        {
          minItems: 1,
          default: [{ name: 'retry-after', format: 'seconds' }],
          description: 'headers of an answer that say how long to wait; the first with a valid time counts',
          ...facts({
            envoy: `${RATE_LIMITED}.reset_headers`,
            example: [{ name: 'x-ratelimit-reset', format: 'unix-time' }],
          }),
        },
      ),
    ),
    max: PositiveDuration('5m', 'the longest wait that an answer can ask for; backOff holds beyond it', {
      envoy: `${RATE_LIMITED}.max_interval`,
      example: '30s',
    }),
  },
  {
    additionalProperties: false,
    description: 'waits that answers ask for, such as { enabled: true, max: 30s }',
    ...facts({ envoy: RATE_LIMITED, example: { enabled: true, max: '30s' } }),
  },
)

export function toBackOff(written: object) {
  const { base, max } = inEffect(BackOffSchema, written) as SettingsOf<typeof BackOffSchema>
  if (parseDuration(base) === parseDuration(BASE) && parseDuration(max) === parseDuration(MAX)) return {}
  return { retryBackOff: { baseInterval: toDuration(base), maxInterval: toDuration(max) } }
}

export function toRateLimitedBackOff(written?: { readonly enabled: boolean }) {
  if (!written?.enabled) return {}
  const settings = inEffect(RateLimitedBackOffSchema, written)
  const { headers, max } = settings as SettingsOf<typeof RateLimitedBackOffSchema>
  const resetHeaders = headers.map(({ name, format }) => ({ name, format: FORMATS[format] }))
  return { rateLimitedRetryBackOff: { resetHeaders, maxInterval: toDuration(max) } }
}
