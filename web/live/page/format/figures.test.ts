// Figures as a person reads them.

import t from 'tap'
import { formatAgo, formatCount, formatMs, formatShare } from './figures.ts'

t.test('milliseconds have as many digits as matter', async (t) => {
  const values = [0.2, 12.4, 999, 1_400, 12_300, 60_000, 125_000]
  t.same(
    values.map((value) => formatMs(value).replaceAll('\u00a0', ' ')),
    ['<1 ms', '12 ms', '999 ms', '1.4 s', '12 s', '1 min', '2 min 5 s'],
  )
})

t.test('a small share does not look like none', async (t) => {
  t.same([0, 0.004, 0.333, 1].map(formatShare), ['0 %', '0.4 %', '33 %', '100 %'])
})

t.test('one is singular, and thousands are set apart', async (t) => {
  t.same(
    [formatCount(1, 'call'), formatCount(12_345, 'call'), formatCount(0, 'Envoy')],
    ['1 call', '12,345 calls', '0 Envoys'],
  )
})

t.test('how long ago is a round figure', async (t) => {
  t.same([2_000, 34_000, 120_000, 7_200_000, 172_800_000].map(formatAgo), [
    'just now',
    '30 s ago',
    '2 min ago',
    '2 h ago',
    '2 d ago',
  ])
})
