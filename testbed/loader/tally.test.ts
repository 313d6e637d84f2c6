// What counts, and what is timed.

import { status } from '@grpc/grpc-js'
import t from 'tap'
import { decodeHistogram, quantileMs } from '../measure/histogram.ts'
import { OneCall } from './one-call.ts'
import { prepareCalls } from './prepared-call.ts'
import { Tally } from './tally.ts'

const CALLS = prepareCalls({ calls: { kind: 'unary' } })
const [{ call: PREPARED } = { call: undefined }] = CALLS

/** A tally of the window from 1000 to 2000 ms. */
function openTally(): Tally {
  const tally = new Tally(CALLS, 100)
  tally.openWindow(1_000, 2_000)
  return tally
}

function callOf(tally: Tally, dueMs: number, sentMs = dueMs, backend = 'b1'): OneCall {
  if (PREPARED === undefined) throw new Error('there is a call')
  const call = new OneCall(PREPARED, dueMs, { ...tally, ended: () => {} } as never)
  call.sentMs = sentMs
  call.backend = backend
  return call
}

const timed = (text: string | undefined) => decodeHistogram(text ?? '')

t.test('calls count where they end, and are timed where they were due', async (t) => {
  const tally = openTally()
  tally.ended(callOf(tally, 993), status.OK, '', 1_000)
  tally.ended(callOf(tally, 1_000), status.OK, '', 1_999)
  tally.ended(callOf(tally, 1_999), status.OK, '', 2_000)
  tally.ended(callOf(tally, 2_000), status.OK, '', 2_001)
  tally.ended(callOf(tally, 500), status.OK, '', 999)
  const { calls, shares, histograms, seconds } = tally.result()
  t.same([seconds, calls, shares], [1, 2, { b1: 2 }])
  // Those that were due at 1000 and at 1999, of 999 and 1 ms.
  const call = timed(histograms.call)
  t.equal(call.totalCount, 2)
  t.ok(Math.abs(quantileMs(call, 0.5) - 1) < 0.01)
  t.ok(Math.abs(quantileMs(call, 1) - 999) < 1)
})

t.test('a window in which no call has begun and ended goes on until one has', async (t) => {
  const tally = openTally()
  tally.ended(callOf(tally, 900), status.OK, '', 1_100)
  const timed = tally.untilEnough(0)
  tally.ended(callOf(tally, 950), status.OK, '', 2_100)
  tally.ended(callOf(tally, 1_900), status.UNAVAILABLE, 'no connection', 2_500)
  await timed
  t.equal(tally.closeWindow(2_501), 2_501)
  const { calls, seconds } = tally.result()
  t.same([calls, seconds], [3, 1.501], 'calls from before count where they end')
})

t.test('a window with a call ends on time, the twin', async (t) => {
  const tally = openTally()
  tally.ended(callOf(tally, 1_000), status.OK, '', 1_100)
  await tally.untilEnough(0)
  t.equal(tally.closeWindow(2_001), 2_000)
  tally.ended(callOf(tally, 1_900), status.OK, '', 2_500)
  t.equal(tally.result().calls, 1)
})

t.test('a window goes on until as many servers have answered as are asked for', async (t) => {
  const tally = openTally()
  tally.ended(callOf(tally, 1_000), status.OK, '', 1_100)
  let isEnough = false
  const enough = tally.untilEnough(2).then(() => {
    isEnough = true
  })
  tally.ended(callOf(tally, 2_000), status.OK, '', 2_100)
  tally.ended(callOf(tally, 2_000, 2_000, 'b2'), status.UNAVAILABLE, 'no connection', 2_150)
  await Promise.resolve()
  t.notOk(isEnough, 'a call that failed is no answer')
  tally.ended(callOf(tally, 2_000, 2_000, 'b2'), status.OK, '', 2_200)
  await enough
  tally.closeWindow(2_200)
  t.same(tally.result().shares, { b1: 2, b2: 1 })
})

t.test('time in the queue is in "call" and not in "service"', async (t) => {
  const tally = openTally()
  tally.ended(callOf(tally, 1_100, 1_150), status.OK, '', 1_160)
  tally.neverSent(1_900, 2_000)
  tally.neverSent(900, 2_000)
  const { call, service } = tally.result().histograms
  t.equal(timed(call).totalCount, 2)
  t.ok(Math.abs(quantileMs(timed(call), 0.5) - 60) < 0.1)
  t.equal(timed(service).totalCount, 1)
  t.ok(Math.abs(quantileMs(timed(service), 1) - 10) < 0.1)
})

t.test('failed calls are apart, and those that were too slow are slow as well', async (t) => {
  const tally = openTally()
  tally.ended(callOf(tally, 1_100), status.UNAVAILABLE, 'no connection', 1_101)
  tally.ended(callOf(tally, 1_200), status.DEADLINE_EXCEEDED, 'too late', 1_700)
  const { codes, errors, shares, histograms, series } = tally.result()
  t.same(codes, { UNAVAILABLE: 1, DEADLINE_EXCEEDED: 1 })
  t.same(errors, { 'no connection': 1, 'too late': 1 })
  t.same(shares, {})
  t.equal(timed(histograms.failed).totalCount, 2)
  t.equal(timed(histograms.call).totalCount, 1)
  t.ok(quantileMs(timed(histograms.call), 1) >= 499)
  t.match(series, [{ name: 'calls' }, { name: 'failed' }])
})

t.test('different texts of errors are bounded', async (t) => {
  const tally = openTally()
  for (let call = 0; call < 150; call += 1) {
    tally.ended(callOf(tally, 1_100), status.INTERNAL, `error ${call}`, 1_101)
  }
  tally.ended(callOf(tally, 1_100), status.INTERNAL, 'error 0', 1_101)
  const { codes, errors } = tally.result()
  t.same(codes, { INTERNAL: 151 })
  t.equal(Object.keys(errors).length, 100)
  t.equal(errors['error 0'], 2)
})

t.test('lateness and messages count within the window only', async (t) => {
  const tally = openTally()
  for (const dueMs of [999, 1_000, 1_500, 2_000]) tally.late(dueMs, 5)
  t.equal(tally.lateness.totalCount, 2)
  for (const nowMs of [999, 1_000, 2_000]) {
    tally.sent(10, nowMs)
    tally.received('b1', 100, nowMs, undefined)
  }
  t.match(tally.result(), { messages: 2, bytes: 110, messageShares: { b1: 1 } })
  t.equal(tally.result().histograms.gap, undefined)
})
