// Runs one load: connects, warms up, counts a window, and waits for the calls that are still open.

import { setTimeout as wait } from 'node:timers/promises'
import { quantileMs } from '../measure/histogram.ts'
import { callBefore } from './call-before.ts'
import { startClosedLoop } from './closed-loop.ts'
import { openConnections } from './connections.ts'
import type { LoadPlan } from './load-plan.ts'
import type { BackgroundResult, LoadCounts } from './load-result.ts'
import { startOpenLoop } from './open-loop.ts'
import { isStream, type PreparedCall, prepareCalls } from './prepared-call.ts'
import { noteSaturation } from './saturation.ts'
import { Sender } from './sender.ts'
import { Tally } from './tally.ts'

const SERIES_MS = 100
const MOST_POINTS = 120

/** Streams that should take longer are cancelled at the end of the window. Their messages are counted, their durations are not. */
const LONG_STREAM_MS = 5_000

export interface LoadEvents {
  /** The window begins. */
  readonly onBegun: () => void
  /** The window has ended; some calls may still be open. */
  readonly onClosed: () => void
}

export interface RunningLoad {
  readonly result: Promise<BackgroundResult>
  /** Notes what happens now. */
  readonly mark: (label: string) => void
  /** Undefined until it has connected. */
  readonly counts: (withLatency: boolean) => LoadCounts | undefined
  /** Ends a load that has no length. */
  readonly end: () => void
}

export function runLoad(plan: LoadPlan, events: LoadEvents): RunningLoad {
  const ending = Promise.withResolvers<void>()
  const marks: { readonly at: number; readonly label: string }[] = []
  const running: { tally?: Tally } = {}
  const measured = measure(plan, events, ending.promise, running)
  return {
    mark: (label) => void marks.push({ at: performance.now(), label }),
    counts: (withLatency) => running.tally?.counts(withLatency),
    end: ending.resolve,
    result: measured.then(({ fromMs, ...result }) => ({
      ...result,
      marks: marks.map(({ at, label }) => ({ atMs: at - fromMs, label })),
    })),
  }
}

async function measure(
  plan: LoadPlan,
  { onBegun, onClosed }: LoadEvents,
  ending: Promise<void>,
  running: { tally?: Tally },
) {
  const { warmUpSeconds, seconds = Number.POSITIVE_INFINITY, loop: wanted } = plan
  const { channels, ready } = await openConnections(plan)
  const calls = prepareCalls(plan)
  await callBefore(channels, calls)
  const tally = new Tally(calls, plan.seriesMs ?? seriesMsFor(plan.seconds))
  running.tally = tally
  const sender = new Sender(plan, calls, channels, tally)
  const loop = wanted.kind === 'open' ? await startOpenLoop(wanted, sender) : startClosedLoop(wanted, sender)

  const fromMs = loop.beginMs + warmUpSeconds * 1_000
  tally.openWindow(fromMs, fromMs + seconds * 1_000)
  await until(fromMs)
  onBegun()
  const before = performance.eventLoopUtilization()
  await (seconds === Number.POSITIVE_INFINITY ? ending : until(fromMs + seconds * 1_000))
  const isCut = ({ kind, expectedMs }: PreparedCall) =>
    plan.cutStreams ? isStream(kind) : expectedMs > LONG_STREAM_MS
  if (seconds !== Number.POSITIVE_INFINITY && !calls.some(({ call }) => isCut(call)))
    await tally.untilEnough(plan.servers ?? 0)
  const busyPercent = performance.eventLoopUtilization(before).utilization * 100
  onClosed()
  const toMs = tally.closeWindow(performance.now())
  const unsent = loop.end(toMs).filter((due) => due >= fromMs)
  for (const due of unsent) tally.neverSent(due, toMs)
  const open = sender.open
  await sender.drain(isCut)
  for (const channel of channels) channel.close()

  const counted = tally.result()
  const lateMs = (share: number) => quantileMs(tally.lateness, share)
  // Only calls that had nothing to wait for have a lateness: past the capacity there may be none.
  const isTimed = wanted.kind === 'open' && tally.lateness.totalCount > 0
  const lateP99Ms = isTimed ? lateMs(0.99) : undefined
  return {
    fromMs,
    ...counted,
    figures: {
      'loader busy (%)': busyPercent,
      'calls open at the end': open,
      'calls made, warm-up included': sender.made,
      ...(isTimed && {
        'late (ms, p50)': lateMs(0.5),
        'late (ms, p99)': lateMs(0.99),
        'late (ms, max)': lateMs(1),
      }),
      ...(wanted.kind === 'open' && { 'calls never sent': unsent.length }),
    },
    notes: [
      ...noteConnections(plan.connections - ready, plan.connections),
      ...noteSaturation({ busyPercent, lateP99Ms, unsent: unsent.length }, counted.histograms),
    ],
  }
}

/** A long window would have thousands of points, which nobody can see. */
function seriesMsFor(seconds = 0): number {
  return Math.max(SERIES_MS, Math.ceil((seconds * 1_000) / MOST_POINTS))
}

function noteConnections(missing: number, connections: number): readonly string[] {
  return missing === 0 ? [] : [`${missing} of ${connections} connections were not ready when the load began`]
}

/** @param atMs of `performance.now()` */
async function until(atMs: number): Promise<void> {
  // A timer may be early by less than a millisecond.
  for (let left = atMs - performance.now(); left > 0; left = atMs - performance.now()) await wait(left)
}
