// The share of late calls, from a histogram.

import t from 'tap'
import { newHistogram, record } from '../../../../testbed/measure/histogram.ts'
import { shareAbove } from './share-above.ts'

t.test('O8.28: the share of calls above a limit is counted, not estimated', async (t) => {
  const histogram = newHistogram()
  t.ok(Number.isNaN(shareAbove(histogram, 10)), 'nothing is known without calls')
  for (let at = 0; at < 75; at += 1) record(histogram, 20)
  for (let at = 0; at < 25; at += 1) record(histogram, 50)
  t.equal(shareAbove(histogram, 30), 0.25)
  t.equal(shareAbove(histogram, 60), 0)
  t.equal(shareAbove(histogram, 10), 1)
})
