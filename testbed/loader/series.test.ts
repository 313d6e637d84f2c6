// Counts over time.

import t from 'tap'
import { Series } from './series.ts'

t.test(
  'what happens counts in the interval that ends next, and intervals without anything are 0',
  async (t) => {
    const series = new Series(100)
    for (const atMs of [0, 99, 100, 420]) series.add('b1', 'calls', atMs)
    series.add('a', 'messages', 10)
    t.same(series.points(450), [
      {
        name: 'a',
        unit: 'messages',
        points: [
          [100, 1],
          [200, 0],
          [300, 0],
          [400, 0],
          [450, 0],
        ],
      },
      {
        name: 'b1',
        unit: 'calls',
        points: [
          [100, 2],
          [200, 1],
          [300, 0],
          [400, 0],
          [450, 1],
        ],
      },
    ])
  },
)
