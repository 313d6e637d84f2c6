// Numbers of reports: digits and units.

import t from 'tap'
import { count, fixed, latency, latencyTick, NOTHING, percent, significant, tick } from './number-text.ts'

t.test('a number has three significant digits, or all digits of a whole number', async (t) => {
  const cases: [number, string][] = [
    [0, '0'],
    [7, '7'],
    [47, '47'],
    [0.31234, '0.312'],
    [3.1, '3.10'],
    [31.26, '31.3'],
    [999.7, '1,000'],
    [1234.5, '1,235'],
    [12_345_678, '12.3 M'],
    [9.87e12, '9,870 G'],
    [1.234e21, '1.23e21'],
    [0.00001234, '1.23e-5'],
    [-2.5, '-2.50'],
    [Number.NaN, NOTHING],
    [Number.POSITIVE_INFINITY, NOTHING],
  ]
  for (const [value, text] of cases) t.equal(significant(value), text, `${value}`)
})

t.test('a column has as many decimals as it asks for', async (t) => {
  t.equal(fixed(1234.5, 2), '1,234.50')
  t.equal(fixed(0, 0), '0')
  t.equal(fixed(Number.NaN, 1), NOTHING)
})

t.test('a tick has no more digits than it needs', async (t) => {
  t.equal(tick(0.1 + 0.2), '0.3')
  t.equal(tick(25_000), '25,000')
  t.equal(tick(5e6), '5 M')
  t.equal(tick(1e-6), '1e-6')
  t.equal(tick(2e18), '2e18')
})

t.test('a latency has the unit that fits', async (t) => {
  t.equal(latency(312), '312 µs')
  t.equal(latency(3124), '3.12 ms')
  t.equal(latency(61_000_000), '61 s')
  t.equal(latencyTick(0), '0')
  t.equal(latencyTick(500), '500 µs')
  t.equal(latencyTick(20_000), '20 ms')
  t.equal(latencyTick(5_000_000), '5 s')
})

t.test('a share is in percent, and things are counted', async (t) => {
  t.equal(percent(0.3333), '33.3 %')
  t.equal(count(1, 'run'), '1 run')
  t.equal(count(2000, 'run'), '2,000 runs')
})
