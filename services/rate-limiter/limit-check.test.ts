// Decisions of a rate limiter, by a clock that the test sets: windows, hits, shadow mode, requested limits, and what is counted.

import { create } from '@bufbuild/protobuf'
import {
  RateLimitResponse_Code as Code,
  RateLimitRequestSchema,
} from '@envoy/xds-protos/envoy/service/ratelimit/v3/rls_pb.js'
import { RateLimitUnit } from '@envoy/xds-protos/envoy/type/v3/ratelimit_unit_pb.js'
import t from 'tap'
import { type CountedHits, checkLimits } from './limit-check.ts'
import { MemoryStore } from './memory-store.ts'
import { parseRules } from './rules-file.ts'

const rules = parseRules([
  [
    'rules.yaml',
    `
domain: shop
descriptors:
  - { key: tenant, rate_limit: { unit: minute, requests_per_unit: 10 } }
  - { key: tried, rate_limit: { unit: minute, requests_per_unit: 3 }, shadow_mode: true }
  - { key: free, rate_limit: { unlimited: true } }
  - { key: closed, rate_limit: { unit: day, requests_per_unit: 0 } }
`,
  ],
])
/** 20 s after the beginning of a minute. */
const NOON = Date.UTC(2026, 0, 1, 12, 0, 20)

interface Asked {
  readonly key: string
  readonly value?: string
  readonly hits?: bigint
}

function limiter(store = new MemoryStore()) {
  const counted: CountedHits[] = []
  const check = (asked: readonly Asked[], now = NOON, hitsAddend = 0) =>
    checkLimits(
      create(RateLimitRequestSchema, {
        domain: 'shop',
        hitsAddend,
        descriptors: asked.map(({ key, value = 'x', hits }) => ({
          entries: [{ key, value }],
          ...(hits !== undefined && { hitsAddend: hits }),
        })),
      }),
      { rules, store, now, nearRatio: 0.8, onCounted: (one) => counted.push(one) },
    )
  return { check, counted }
}

t.test('T16: exactly the limit passes in a window, and the next window begins anew', async (t) => {
  const { check } = limiter()
  for (let left = 9; left >= 0; left--) {
    const { overallCode, statuses } = await check([{ key: 'tenant' }])
    t.equal(overallCode, Code.OK)
    t.match(statuses, [
      {
        code: Code.OK,
        limitRemaining: left,
        durationUntilReset: { seconds: 40n },
        currentLimit: { name: 'shop.tenant' },
      },
    ])
  }
  t.match(await check([{ key: 'tenant' }]), {
    overallCode: Code.OVER_LIMIT,
    statuses: [{ limitRemaining: 0 }],
  })
  t.equal((await check([{ key: 'tenant', value: 'y' }])).overallCode, Code.OK, 'another value')
  t.equal((await check([{ key: 'tenant' }], NOON + 39_999)).overallCode, Code.OVER_LIMIT, 'the last moment')
  t.equal((await check([{ key: 'tenant' }], NOON + 40_000)).overallCode, Code.OK, 'the next minute')
  t.equal(
    (await check([{ key: 'tenant' }], NOON)).overallCode,
    Code.OK,
    'a clock that was set back stays in it',
  )
})

t.test('T16: a request is over its limit if one descriptor is, and each has its status', async (t) => {
  const { check } = limiter()
  const { overallCode, statuses } = await check([
    { key: 'tenant' },
    { key: 'closed' },
    { key: 'unknown' },
    { key: 'free' },
  ])
  t.equal(overallCode, Code.OVER_LIMIT)
  t.same(
    statuses.map(({ code }) => code),
    [Code.OK, Code.OVER_LIMIT, Code.OK, Code.OK],
  )
  t.equal(statuses[2]?.currentLimit, undefined)
})

t.test('T16: a request says how many hits it is, and each descriptor may say it otherwise', async (t) => {
  const { check } = limiter()
  t.match(await check([{ key: 'tenant' }], NOON, 4), { statuses: [{ limitRemaining: 6 }] })
  t.match(await check([{ key: 'tenant', hits: 5n }], NOON, 4), { statuses: [{ limitRemaining: 1 }] })
  t.match(await check([{ key: 'tenant', hits: 0n }]), { statuses: [{ limitRemaining: 1 }] }, 'only read')
  t.match(await check([{ key: 'tenant', hits: 2n }]), { overallCode: Code.OVER_LIMIT })
})

t.test('T16: long values have counts of their own, and take no more memory than short ones', async (t) => {
  const keys: string[] = []
  class Recording extends MemoryStore {
    override add(...[hits, now]: Parameters<MemoryStore['add']>) {
      keys.push(...hits.map(({ countKey }) => countKey))
      return super.add(hits, now)
    }
  }
  const { check } = limiter(new Recording())
  const long = 'x'.repeat(60_000)
  t.match(await check([{ key: 'tenant', value: `${long}1` }], NOON, 4), { statuses: [{ limitRemaining: 6 }] })
  t.match(await check([{ key: 'tenant', value: `${long}2` }], NOON, 1), { statuses: [{ limitRemaining: 9 }] })
  t.match(await check([{ key: 'tenant', value: `${long}1` }], NOON, 1), { statuses: [{ limitRemaining: 5 }] })
  t.ok(keys.every(({ length }) => length <= 200))
})

t.test('T16: a limit in shadow mode counts, and lets all pass', async (t) => {
  const { check, counted } = limiter()
  const codes = []
  for (let call = 0; call < 5; call++) codes.push((await check([{ key: 'tried' }])).overallCode)
  t.same(new Set(codes), new Set([Code.OK]))
  t.equal(
    counted.reduce((sum, { over }) => sum + over, 0),
    2,
  )
  t.ok(counted.every(({ isShadow }) => isShadow))
})

t.test('T16: hits are counted as near the limit and beyond it', async (t) => {
  const { check, counted } = limiter()
  await check([{ key: 'tenant', hits: 7n }])
  await check([{ key: 'tenant', hits: 5n }])
  await check([{ key: 'unknown' }])
  t.match(counted, [
    { name: 'shop.tenant', hits: 7, near: 0, over: 0 },
    { name: 'shop.tenant', hits: 5, near: 2, over: 2 },
    { name: undefined, hits: 1 },
  ])
})

t.test('T16: a request may bring its own limit, and one with an unknown unit is not limited', async (t) => {
  const store = new MemoryStore()
  const ask = (unit: RateLimitUnit, requestsPerUnit: number) =>
    checkLimits(
      create(RateLimitRequestSchema, {
        domain: 'shop',
        descriptors: [{ entries: [{ key: 'tenant', value: 'x' }], limit: { unit, requestsPerUnit } }],
      }),
      { rules, store, now: NOON, nearRatio: 0.8 },
    )
  t.match(await ask(RateLimitUnit.HOUR, 2), { overallCode: Code.OK, statuses: [{ limitRemaining: 1 }] })
  await ask(RateLimitUnit.HOUR, 2)
  t.match(await ask(RateLimitUnit.HOUR, 2), { overallCode: Code.OVER_LIMIT })
  t.match(await ask(RateLimitUnit.UNKNOWN, 0), { overallCode: Code.OK })
})

t.test('T16: memory gives up the oldest count of a unit when callers make up too many values', async (t) => {
  const store = new MemoryStore(2)
  const { check } = limiter(store)
  const left = async (value: string) => (await check([{ key: 'tenant', value }])).statuses[0]?.limitRemaining
  t.equal(await left('a'), 9)
  t.equal(await left('b'), 9)
  t.equal(await left('a'), 8)
  t.equal(await left('c'), 9)
  t.equal(store.forgotten, 1)
  t.equal(await left('a'), 9, 'forgotten')
})
