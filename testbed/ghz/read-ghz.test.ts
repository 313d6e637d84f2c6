// What ghz wrote, with our windows and rules.

import t from 'tap'
import { decodeHistogram, quantileMs } from '../measure/histogram.ts'
import { type GhzOutput, readGhz } from './read-ghz.ts'

/** A call that was sent a number of milliseconds after noon. */
function call(sentMs: number, tookMs: number, status = 'OK'): NonNullable<GhzOutput['details']>[number] {
  const ended = new Date(Date.UTC(2026, 10, 29, 12) + sentMs + tookMs).toISOString()
  return { timestamp: ended, latency: tookMs * 1e6, status }
}

const WINDOW = { warmUpSeconds: 1, seconds: 2 }

t.test('the window begins when the warm-up has passed since the first call was sent', async (t) => {
  const details = [call(0, 500), call(999, 2), call(1_000, 7), call(2_999, 9), call(3_000, 1)]
  const { calls, codes, histograms, seconds } = readGhz({ details }, WINDOW)
  // Counted by their end: that of 999 has it in the window, and that of 2,999 has not.
  t.same([seconds, calls, codes], [2, 2, { OK: 2 }])
  // Timed by their begin.
  const service = decodeHistogram(histograms.service)
  t.equal(service.totalCount, 2)
  t.ok(Math.abs(quantileMs(service, 1) - 9) < 0.01)
})

t.test('calls that fail are apart, except those that took too long', async (t) => {
  const details = [
    call(0, 1),
    call(1_500, 2, 'Unavailable'),
    call(1_600, 300, 'DeadlineExceeded'),
    call(1_700, 3),
  ]
  const { codes, histograms } = readGhz({ details }, WINDOW)
  t.same(codes, { UNAVAILABLE: 1, DEADLINE_EXCEEDED: 1, OK: 1 })
  t.equal(decodeHistogram(histograms.service).totalCount, 2)
  t.equal(decodeHistogram(histograms.failed ?? '').totalCount, 2)
})

t.test('timestamps are exact to more than milliseconds', async (t) => {
  const at = (fraction: string, latency: number) => ({
    timestamp: `2026-11-29T12:00:00.${fraction}+01:00`,
    ...{ latency, status: 'OK' },
  })
  const details = [at('1', 0), at('10005', 0), at('10015', 0), at('100250', 0)]
  const { calls } = readGhz({ details }, { warmUpSeconds: 1e-4, seconds: 1e-4 })
  t.equal(calls, 1)
})

t.test('a run without calls has no calls', async (t) => {
  const { calls, histograms } = readGhz({ details: null }, WINDOW)
  t.equal(calls, 0)
  t.equal(decodeHistogram(histograms.service).totalCount, 0)
})
