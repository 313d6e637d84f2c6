// HDR histograms as curves.

import { build, encodeIntoCompressedBase64 } from 'hdr-histogram-js'
import t from 'tap'
import { distributionCurve, percentileCurve, readLatencies, tailOf } from './latencies.ts'

function histogram(values: readonly number[]): string {
  const made = build({ bitBucketSize: 32, autoResize: true, numberOfSignificantValueDigits: 3 })
  for (const value of values) made.recordValue(value)
  return encodeIntoCompressedBase64(made)
}

t.test('rounds are added up, although one reaches much higher', async (t) => {
  const latencies = readLatencies([histogram([100, 100, 100]), histogram([9_000_000])], 'here')
  t.equal(latencies?.calls, 4)
  t.equal(latencies?.at(50), 100)
  t.ok(Math.abs((latencies?.max ?? 0) / 9_000_000 - 1) < 0.002, 'as exact as three digits are')
})

t.test('without a histogram, or with empty ones, there are no latencies', async (t) => {
  t.equal(readLatencies([], 'here'), undefined)
  t.equal(readLatencies([histogram([])], 'here'), undefined)
})

t.test('what is no histogram is an error that says where it is', async (t) => {
  t.throws(() => readLatencies([histogram([1]), 'AAAA'], 'section "x", curve "y"'), {
    message: /^section "x", curve "y", histogram 2: not an HDR histogram/,
  })
})

t.test('p90 is one step into the tail, p99.99 four', async (t) => {
  t.strictSame(
    [0, 90, 99, 99.99].map(tailOf).map((tail) => Number(tail.toFixed(6))),
    [0, 1, 2, 4],
  )
})

t.test('the curve ends where no call is left', async (t) => {
  const hundred = readLatencies([histogram(Array.from({ length: 100 }, (_, index) => index + 1))], 'here')
  if (hundred === undefined) throw new Error('it has values')
  const last = percentileCurve(hundred).at(-1)
  t.strictSame(last, [2, 99])
  const many = readLatencies([histogram(Array.from({ length: 30_000 }, () => 5))], 'here')
  if (many === undefined) throw new Error('it has values')
  t.strictSame(percentileCurve(many).at(-1), [4, 5], 'and at p99.99 at most')
})

t.test('one call is a curve too', async (t) => {
  const one = readLatencies([histogram([42])], 'here')
  if (one === undefined) throw new Error('it has a value')
  t.ok(percentileCurve(one).every(([tail, micros]) => tail === 0 && micros === 42))
  t.strictSame(distributionCurve(one).at(-1), [42, 100])
})
