// Decides about a request: counts its hits by the rules, and answers with a status for each descriptor.

import { createHash } from 'node:crypto'
import { create, type MessageInitShape } from '@bufbuild/protobuf'
import {
  RateLimitResponse_Code as Code,
  type RateLimitRequest,
  type RateLimitResponse,
  type RateLimitResponse_DescriptorStatusSchema,
  RateLimitResponseSchema,
} from '@envoy/xds-protos/envoy/service/ratelimit/v3/rls_pb.js'
import { type CountStore, secondsLeft } from './count-store.ts'
import { type FoundLimit, findLimit } from './find-limit.ts'
import type { Rules } from './rules.ts'
import { timeUnitOf, WIRE_UNITS } from './time-unit.ts'

type Descriptor = RateLimitRequest['descriptors'][number]

/** What became of the hits of one descriptor. */
export interface CountedHits {
  /** The name of the limit; undefined where no rule limits the descriptor. */
  readonly name?: string
  readonly hits: number
  /** Those beyond the limit. */
  readonly over: number
  /** Those below it, and beyond the share of it that is near. */
  readonly near: number
  readonly isShadow: boolean
}

export interface CheckContext {
  readonly rules: Rules
  readonly store: CountStore
  /** Milliseconds since 1970. */
  readonly now: number
  /** Above which share of a limit hits are near it. */
  readonly nearRatio: number
  readonly onCounted?: (counted: CountedHits) => void
}

/** What is left where there is no limit. */
const MOST = 0xffff_ffff

/**
 * The hits of all descriptors count, also if one of them is over its limit: a caller that does not slow down gets no more.
 * @throws SwitchyardError `unreachable` if the store of counts does not answer
 */
export async function checkLimits(
  { domain, descriptors, hitsAddend }: RateLimitRequest,
  { rules, store, now, nearRatio, onCounted }: CheckContext,
): Promise<RateLimitResponse> {
  const found = descriptors.map((descriptor) => ({
    limited: limitOf(rules, domain, descriptor),
    // A request cannot say that it has no hits: https://github.com/envoyproxy/envoy/blob/main/api/envoy/service/ratelimit/v3/rls.proto
    amount: Number(descriptor.hitsAddend ?? (hitsAddend || 1)),
  }))
  const limits = found.flatMap(({ limited, amount }) =>
    limited && Number.isFinite(limited.limit.requestsPerUnit)
      ? [{ countKey: toKey(limited.countKey), unit: limited.limit.unit, amount }]
      : [],
  )
  const counts = (limits.length > 0 ? await store.add(limits, now) : []).values()
  const statuses = found.map(({ limited, amount }) => {
    if (limited === undefined) {
      onCounted?.({ hits: amount, over: 0, near: 0, isShadow: false })
      return { code: Code.OK, limitRemaining: MOST }
    }
    const { limit, name } = limited
    const { requestsPerUnit, isShadow } = limit
    if (!Number.isFinite(requestsPerUnit)) {
      onCounted?.({ name, hits: amount, over: 0, near: 0, isShadow })
      return { code: Code.OK, limitRemaining: MOST }
    }
    const after = counts.next().value ?? 0
    const above = (bound: number) => Math.max(0, after - Math.max(after - amount, bound))
    const over = above(requestsPerUnit)
    const near = above(Math.floor(requestsPerUnit * nearRatio)) - over
    onCounted?.({ name, hits: amount, over, near, isShadow })
    return {
      code: after > requestsPerUnit && !isShadow ? Code.OVER_LIMIT : Code.OK,
      currentLimit: { name, requestsPerUnit, unit: WIRE_UNITS[limit.unit] },
      limitRemaining: Math.max(0, requestsPerUnit - after),
      durationUntilReset: { seconds: BigInt(secondsLeft(limit.unit, now)) },
    } satisfies MessageInitShape<typeof RateLimitResponse_DescriptorStatusSchema>
  })
  const isOver = statuses.some(({ code }) => code === Code.OVER_LIMIT)
  return create(RateLimitResponseSchema, { overallCode: isOver ? Code.OVER_LIMIT : Code.OK, statuses })
}

/** Callers choose how long values are, and a count must not take more memory for that. */
const LONGEST_KEY = 200

function toKey(countKey: string): string {
  return countKey.length <= LONGEST_KEY ? countKey : createHash('sha256').update(countKey).digest('base64url')
}

/** A request may bring its own limit, which replaces that of the rules. */
function limitOf(rules: Rules, domain: string, { entries, limit }: Descriptor): FoundLimit | undefined {
  if (limit === undefined) return findLimit(rules, domain, entries)
  const unit = timeUnitOf(limit.unit)
  if (unit === undefined) return undefined
  const { requestsPerUnit } = limit
  const counted = [domain, ...entries.flatMap(({ key, value }) => [key, value])]
  return {
    limit: { requestsPerUnit, unit, isShadow: false },
    name: `${domain}.requested`,
    countKey: JSON.stringify(counted),
  }
}
