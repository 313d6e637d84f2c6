// Measures a story: some calls at a time through the chain, and what each hop has done for whom.

import { setTimeout } from 'node:timers/promises'
import type { HopService } from '@envoy/xds-protos/switchyard/hop/v1/hop_pb.js'
import { status } from '@grpc/grpc-js'
import { facts } from '../../../../harness/facts.ts'
import type { Measured } from '../../../../harness/results.ts'
import type { RunContext } from '../../../../harness/scenario.ts'
import type { HopRecord } from '../../../../services/hop/hop-records.ts'
import { type RpcClient, RpcStatusError } from '../../../../services/rpc/index.ts'
import { median } from '../../../../testbed/measure/statistics.ts'
import { cpuMsOf, peakMemoryMiBOf } from '../../../../testbed/measure/usage.ts'
import type { Way } from '../statuses/way.ts'
import { Chain, HOPS, type HopName } from './chain.ts'
import { FIGURES, growthFigure, leftFigure } from './figures.ts'
import { DEADLINE_MS, type Story, UNIT, UNITS } from './stories.ts'

const POLL_MS = 5

/** A call as its client saw it; times are milliseconds since the epoch. */
interface CallSeen {
  readonly callId: string
  readonly code: status
  readonly begunAt: number
  readonly endedAt: number
  /** From then on, nobody waits for the answer. */
  readonly leftAt: number
}

export async function measureStory(
  story: Story,
  way: Way,
  calls: number,
  context: RunContext,
): Promise<Measured> {
  const chain = await Chain.of(context)
  const { a = {}, b = {}, c = {} } = story
  await chain.behave(way, { a, b, c: { unit: UNIT, ...c } }, story.ruleOfC)
  const pid = chain.hops.c.pid ?? 0
  const cpuBefore = cpuMsOf(pid)
  const begun = performance.now()
  const seen = await chain.with(way, (client) =>
    Promise.all(Array.from({ length: calls }, (_, index) => makeCall(client, chain, story, `call ${index}`))),
  )
  const records = await untilAllEnded(chain, calls)
  const cpuMs = cpuMsOf(pid) - cpuBefore
  const codes = Map.groupBy(seen, ({ code }) => status[code] ?? String(code))
  return facts({
    seconds: (performance.now() - begun) / 1000,
    calls,
    codes: Object.fromEntries([...codes].map(([code, of]) => [code, of.length])),
    processes: [{ role: 'server', name: 'hop c', cpuMs, peakMiB: peakMemoryMiBOf(pid) }],
    figures: figuresOf(seen, records),
    series: [{ name: 'units of c', unit: 'units', points: unitsOverTime(seen, records.c) }],
  })
}

async function makeCall(
  client: RpcClient<typeof HopService>,
  chain: Chain,
  { cancels, deadlineMs = DEADLINE_MS }: Story,
  callId: string,
): Promise<CallSeen> {
  const begunAt = Date.now()
  const cancelling = new AbortController()
  const deadline = begunAt + deadlineMs
  const ended = client
    .work({ callId, units: UNITS }, cancels ? { signal: cancelling.signal } : { deadline })
    .then(
      () => status.OK,
      (error: unknown) => {
        if (error instanceof RpcStatusError) return error.code
        throw error
      },
    )
  let leftAt = deadline
  if (cancels) {
    await untilWorking(chain, callId)
    leftAt = Date.now()
    cancelling.abort()
  }
  const code = await ended
  return { callId, code, begunAt, endedAt: Date.now(), leftAt }
}

async function untilWorking(chain: Chain, callId: string): Promise<void> {
  for (;;) {
    const records = await chain.records('c')
    if (records.some((record) => record.callId === callId && record.unitsAt.length > 0)) return
    await setTimeout(POLL_MS)
  }
}

type Records = Readonly<Record<HopName, readonly HopRecord[]>>

/** A call that was late may never have come to the last hops. */
async function untilAllEnded(chain: Chain, calls: number): Promise<Records> {
  for (;;) {
    const [a = [], b = [], c = []] = await Promise.all(HOPS.map((name) => chain.records(name)))
    const all = [...a, ...b, ...c]
    if (a.length === calls && all.every(({ endedAt }) => endedAt !== undefined)) return { a, b, c }
    await setTimeout(POLL_MS)
  }
}

function figuresOf(seen: readonly CallSeen[], records: Records): Measured['figures'] {
  const leftAt = new Map(seen.map((call) => [call.callId, call.leftAt]))
  const unitsOf = (isWasted: boolean) =>
    records.c.reduce(
      (sum, { callId, unitsAt }) =>
        sum + unitsAt.filter((at) => at > (leftAt.get(callId) ?? 0) === isWasted).length,
      0,
    )
  const forNobody = records.c.filter(
    ({ callId, unitsAt, endedAt = 0 }) =>
      unitsAt.length === UNITS && endedAt > (leftAt.get(callId) ?? Number.POSITIVE_INFINITY),
  )
  const knewAfter = records.c.flatMap(({ callId, outcome, endedAt = 0 }) =>
    outcome === 'stopped' && endedAt > (leftAt.get(callId) ?? 0)
      ? [endedAt - (leftAt.get(callId) ?? endedAt)]
      : [],
  )
  const lefts = HOPS.flatMap((hop) => {
    const left = records[hop].flatMap(({ leftMs }) => leftMs ?? [])
    return left.length === 0 ? [] : [[leftFigure(hop), median(left)] as const]
  })
  return {
    [FIGURES.elapsed]: median(seen.map(({ begunAt, endedAt }) => endedAt - begunAt)),
    [FIGURES.finishedForNobody]: forNobody.length,
    [FIGURES.unitsForNobody]: unitsOf(true),
    [FIGURES.unitsInTime]: unitsOf(false),
    [FIGURES.reachedLast]: records.c.length,
    [FIGURES.stopped]: records.c.filter(({ outcome }) => outcome === 'stopped').length,
    ...(knewAfter.length > 0 && { [FIGURES.knewAfter]: median(knewAfter) }),
    ...Object.fromEntries(lefts),
    ...growthOf('a', 'b', records),
    ...growthOf('b', 'c', records),
  }
}

/** Nothing if no call came to both in time: a deadline that has passed is sent as 0, however long ago that was. */
function growthOf(from: HopName, to: HopName, records: Records): Measured['figures'] {
  const before = new Map(records[from].map(({ callId, leftMs }) => [callId, leftMs]))
  const growths = records[to].flatMap(({ callId, leftMs }) => {
    const left = before.get(callId)
    return left === undefined || leftMs === undefined || leftMs <= 0 ? [] : [leftMs - left]
  })
  return growths.length === 0 ? {} : { [growthFigure(from, to)]: Math.max(...growths) }
}

/** The interval of a point of the picture. */
const BUCKET_MS = 25

/** Units of all calls by the time since the first call began. */
function unitsOverTime(seen: readonly CallSeen[], records: readonly HopRecord[]): [number, number][] {
  const begin = Math.min(...seen.map(({ begunAt }) => begunAt))
  const counts = new Map<number, number>()
  for (const at of records.flatMap(({ unitsAt }) => unitsAt)) {
    const bucket = Math.ceil((at - begin) / BUCKET_MS) * BUCKET_MS
    counts.set(bucket, (counts.get(bucket) ?? 0) + 1)
  }
  const last = Math.max(0, ...counts.keys())
  return Array.from({ length: last / BUCKET_MS }, (_, index) => {
    const at = (index + 1) * BUCKET_MS
    return [at, counts.get(at) ?? 0]
  })
}
