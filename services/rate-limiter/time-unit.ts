// The units of rate limits: how long their windows are, and what Envoy calls them.

import { RateLimitResponse_RateLimit_Unit as Unit } from '@envoy/xds-protos/envoy/service/ratelimit/v3/rls_pb.js'
import { RateLimitUnit } from '@envoy/xds-protos/envoy/type/v3/ratelimit_unit_pb.js'

export const TIME_UNITS = ['second', 'minute', 'hour', 'day'] as const
export type TimeUnit = (typeof TIME_UNITS)[number]

export const SECONDS: Readonly<Record<TimeUnit, number>> = {
  second: 1,
  minute: 60,
  hour: 3_600,
  day: 86_400,
}

export const WIRE_UNITS: Readonly<Record<TimeUnit, Unit>> = {
  second: Unit.SECOND,
  minute: Unit.MINUTE,
  hour: Unit.HOUR,
  day: Unit.DAY,
}

/** The unit of a limit that a request brings itself; undefined for other units, such as weeks. */
export function timeUnitOf(unit: RateLimitUnit): TimeUnit | undefined {
  return TIME_UNITS[unit - RateLimitUnit.SECOND]
}
