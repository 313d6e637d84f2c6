// What is recommended for made-up curves: with a knee, without one in range, and on a machine that is too slow for any rate.

import t from 'tap'
import type { Measured, Results, RunResult } from '../../../../harness/results.ts'
import { encodeHistogram, newHistogram, record } from '../../../../testbed/measure/histogram.ts'
import { adviceOf } from './advice.ts'
import { openId } from './matrix.ts'
import { measuredCurves } from './points.ts'

const CAPACITY = 1_000

interface Rate {
  readonly share: number
  readonly p99: number
  /** Default: all that are due. */
  readonly achieved?: number
}

function measuredAt({ share, p99, achieved = (CAPACITY * share) / 100 }: Rate): Measured {
  const call = newHistogram()
  record(call, p99)
  return {
    ...{ seconds: 1, calls: achieved, codes: { OK: achieved } },
    histograms: { call: encodeHistogram(call), service: encodeHistogram(call) },
    processes: [
      { role: 'client', name: 'loader', cpuMs: 900, peakMiB: 1 },
      { role: 'server', name: 'server', cpuMs: 400, peakMiB: 1 },
    ],
    figures: { 'capacity (calls/s)': CAPACITY, 'offered (calls/s)': (CAPACITY * share) / 100 },
  }
}

function adviceFor(rates: readonly Rate[]): string {
  const runs = rates.map(
    (rate): RunResult => ({
      ...{ id: openId({ subject: 'direct', body: 'small', share: rate.share }), round: 1, labels: {} },
      ...{ begun: '2026-11-29T16:00:00Z', state: 'measured', measured: measuredAt(rate) },
    }),
  )
  const [curve] = measuredCurves({ runs } satisfies Pick<Results, 'runs'>)
  return curve === undefined ? '' : adviceOf(curve)
}

t.test('O7.8: the advice is the share of the knee, with why the next rate is too high', async (t) => {
  const low = { share: 25, p99: 2 }
  const by = adviceFor([low, { share: 65, p99: 5 }, { share: 80, p99: 20 }])
  t.match(by, 'plan for at most **65 %** of the capacity, 650 calls/s of 1,000 calls/s')
  t.match(by, 'At 80 % it takes a p99 of 20 ms, 10.0 times as long as at 25 %, more than 3 times.')
  t.match(by, 'client 90 %, server 40 %')
  const queue = adviceFor([low, { share: 65, p99: 5 }, { share: 110, p99: 5, achieved: 880 }])
  t.match(queue, 'At 110 %, 20 % of the calls that are due in the window do not end in it')
})

t.test('without a knee in range, nothing is made up', async (t) => {
  t.match(
    adviceFor([
      { share: 25, p99: 2 },
      { share: 110, p99: 3 },
    ]),
    'no knee up to 110 %',
  )
  t.match(adviceFor([{ share: 25, p99: 2, achieved: 100 }]), 'no rate can be recommended')
  t.equal(adviceFor([]), '')
})
