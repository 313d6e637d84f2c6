// Measures bytes and latency of calls on each way, in turns: a machine that gets slower slows all alike.

import { facts } from '../../../../harness/facts.ts'
import type { ProfileName } from '../../../../harness/profile.ts'
import type { Measured } from '../../../../harness/results.ts'
import type { Run, RunContext } from '../../../../harness/scenario.ts'
import { encodeHistogram, newHistogram, record } from '../../../../testbed/measure/histogram.ts'
import type { Caller } from './callers.ts'
import { startCountingRelay } from './counting-relay.ts'
import { type Places, placesOf, SUBJECTS, type Subject } from './subjects.ts'

/** Bytes of payload, in the request and in the answer. */
export const SIZES = [16, 16_384] as const

/** Of each subject. */
const SECONDS: Readonly<Record<ProfileName, number>> = { quick: 0.2, standard: 3, full: 20 }
/** Calls of one subject before it is the turn of the next. */
const BLOCK = 20
/** Calls whose bytes are counted, after others that have filled the tables of HPACK. */
const COUNTED = 20

export const idOf = (bytes: number) => `cost.${bytes}-bytes`
export const sentFigure = (subject: string) => `sent by ${subject} (bytes)`
export const receivedFigure = (subject: string) => `received by ${subject} (bytes)`

export function toRun(bytes: number, profile: ProfileName): Run {
  return {
    id: idOf(bytes),
    labels: { payload: `${bytes} bytes` },
    seconds: 2 + SECONDS[profile] * SUBJECTS.length,
    measure: (context) => measure(context, bytes),
  }
}

async function measure(context: RunContext, bytes: number): Promise<Measured> {
  const places = await placesOf(context)
  const subjects = SUBJECTS.filter(({ at }) => places[at] !== undefined)
  const figures: Record<string, number> = {}
  for (const subject of subjects) {
    const { sent, received } = await countBytes(subject, places, bytes)
    figures[sentFigure(subject.id)] = sent
    figures[receivedFigure(subject.id)] = received
  }
  const seconds = SECONDS[context.profile.name] * subjects.length
  const timed = await time(subjects, places, bytes, seconds, context.signal)
  return facts({ ...timed, figures, seconds })
}

/** Of one call on an open connection: the mean of some. */
async function countBytes(subject: Subject, places: Places, bytes: number) {
  const relay = await startCountingRelay(places[subject.at] ?? '')
  const caller = subject.open(relay.address, bytes)
  try {
    for (let call = 0; call < COUNTED; call += 1) await caller.call()
    relay.take()
    for (let call = 0; call < COUNTED; call += 1) await caller.call()
    const { sent, received } = relay.take()
    return { sent: sent / COUNTED, received: received / COUNTED }
  } finally {
    caller.close()
    await relay.close()
  }
}

async function time(
  subjects: readonly Subject[],
  places: Places,
  bytes: number,
  seconds: number,
  signal: AbortSignal,
): Promise<Pick<Measured, 'calls' | 'codes' | 'histograms'>> {
  const timed = subjects.map((subject) => ({
    subject,
    caller: subject.open(places[subject.at] ?? '', bytes),
    histogram: newHistogram(),
  }))
  let calls = 0
  try {
    // Connections, and the compilers of Node, get warm.
    for (const { caller } of timed) await block(caller, () => {})
    const end = performance.now() + seconds * 1_000
    while (performance.now() < end && !signal.aborted) {
      for (const { caller, histogram } of timed) {
        await block(caller, (ms) => record(histogram, ms))
        calls += BLOCK
      }
    }
  } finally {
    for (const { caller } of timed) caller.close()
  }
  const histograms = timed.map(({ subject, histogram }) => [subject.id, encodeHistogram(histogram)] as const)
  return { calls, codes: { OK: calls }, histograms: Object.fromEntries(histograms) }
}

async function block(caller: Caller, onCall: (ms: number) => void): Promise<void> {
  for (let call = 0; call < BLOCK; call += 1) {
    const begun = performance.now()
    await caller.call()
    onCall(performance.now() - begun)
  }
}
