// Times from series and marks: when a share is fair, and when calls or failures stop.

import t from 'tap'
import { markedAt, timeToNone, timeToShare } from './figures.ts'

const INTERVAL_MS = 100
const pointsOf = (counts: readonly number[]) =>
  counts.map((count, at): [number, number] => [(at + 1) * INTERVAL_MS, count])
const measured = (series: Readonly<Record<string, readonly number[]>>) => ({
  marks: [{ atMs: 300, label: 'added' }],
  series: Object.entries(series).map(([name, counts]) => ({ name, unit: 'calls', points: pointsOf(counts) })),
})
const always = (count: number, intervals = 20) => Array.from({ length: intervals }, () => count)

t.test(
  'O4.1: a share is fair from the first half second on in which it is three quarters of fair',
  async (t) => {
    const slowly = measured({ calls: always(40), b4: [0, 0, 0, 0, 0, 0, 0, 0, ...always(10, 12)] })
    const took = timeToShare(slowly, 'b4', 'added', 1 / 4)
    // Of half a second that begins at 700, the first interval is empty.
    t.equal(took, 400)
    t.equal(timeToShare(measured({ calls: always(40), b4: always(10) }), 'b4', 'added', 1 / 4), 0)
  },
)

t.test(
  'O4.1: a share that never gets fair has no time, and neither has a mark that is missing',
  async (t) => {
    t.equal(timeToShare(measured({ calls: always(40), b4: always(0) }), 'b4', 'added', 1 / 4), undefined)
    t.equal(timeToShare(measured({ calls: always(40) }), 'b4', 'added', 1 / 4), undefined)
    t.equal(timeToShare(measured({ calls: always(40), b4: always(10) }), 'b4', 'removed', 1 / 4), undefined)
    t.equal(markedAt({}, 'added'), undefined)
  },
)

t.test('O4.7: the time to none counts to the last one, and is undefined while they go on', async (t) => {
  t.equal(timeToNone(measured({ failed: [0, 0, 0, 4, 2, ...always(0, 15)] }), 'failed', 'added'), 200)
  t.equal(timeToNone(measured({ failed: [9, 9, 9, ...always(0, 17)] }), 'failed', 'added'), 0, 'before it')
  t.equal(timeToNone(measured({}), 'failed', 'added'), 0, 'none at all')
  t.equal(timeToNone(measured({ failed: always(2) }), 'failed', 'added'), undefined, 'they do not stop')
})
