// Histograms of latencies: what is recorded comes out again, from text too.

import t from 'tap'
import {
  decodeHistogram,
  encodeHistogram,
  encodeLatencies,
  mergeHistograms,
  newHistogram,
  quantileMs,
  record,
  shareAbove,
} from './histogram.ts'

function histogramOf(...milliseconds: readonly number[]) {
  const histogram = newHistogram()
  for (const value of milliseconds) record(histogram, value)
  return histogram
}

t.test('quantiles are in milliseconds, with three digits', async (t) => {
  const histogram = histogramOf(0, 1.234, 56_789)
  t.equal(quantileMs(histogram, 0.1), 0)
  t.equal(quantileMs(histogram, 0.5), 1.234)
  t.ok(Math.abs(quantileMs(histogram, 1) - 56_789) < 57)
  t.ok(Number.isNaN(quantileMs(newHistogram(), 0.5)), 'without values there are none')
})

t.test('a time that is out of range counts as the nearest one', async (t) => {
  const histogram = histogramOf(-1, 10 * 3_600_000)
  t.equal(histogram.totalCount, 2)
  t.equal(quantileMs(histogram, 0.5), 0)
  t.ok(Math.abs(quantileMs(histogram, 1) / 3_600_000 - 1) < 0.001)
})

t.test('a histogram is the same after it was text', async (t) => {
  const text = encodeHistogram(histogramOf(1, 2, 1_000))
  t.match(text, /^HIST/)
  t.equal(encodeHistogram(decodeHistogram(text)), text)
  t.equal(quantileMs(decodeHistogram(text), 0.5), 2)
  t.throws(() => decodeHistogram('nonsense'))
})

t.test('latencies in microseconds become one histogram', async (t) => {
  t.equal(encodeLatencies([1_500, 20]), encodeHistogram(histogramOf(0.02, 1.5)))
})

t.test('several histograms add up to one of all values', async (t) => {
  const parts = [histogramOf(1, 5), histogramOf(), histogramOf(3)].map(encodeHistogram)
  t.equal(encodeHistogram(mergeHistograms(parts)), encodeHistogram(histogramOf(1, 3, 5)))
  t.equal(mergeHistograms([]).totalCount, 0)
})

t.test('O8.28: the share of calls above a limit is counted, not estimated', async (t) => {
  const histogram = newHistogram()
  t.ok(Number.isNaN(shareAbove(histogram, 10)), 'nothing is known without calls')
  for (let at = 0; at < 75; at += 1) record(histogram, 20)
  for (let at = 0; at < 25; at += 1) record(histogram, 50)
  t.equal(shareAbove(histogram, 30), 0.25)
  t.equal(shareAbove(histogram, 60), 0)
  t.equal(shareAbove(histogram, 10), 1)
})
