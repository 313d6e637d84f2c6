// Columns of the strips.

import t from 'tap'
import type { TrafficSample } from '../../store/contract.ts'
import { columnsOf, STRIPS, type Strip } from './series.ts'

const START = Date.UTC(2026, 0, 1)
const sample = (second: number, more: Partial<TrafficSample> = {}): TrafficSample => ({
  at: new Date(START + second * 1_000).toISOString(),
  fleet: 'edge',
  seconds: 2,
  calls: 100,
  errors: 4,
  p50Ms: 1.5,
  p99Ms: null,
  connections: { active: 4, draining: 1 },
  proxies: {},
  ...more,
})
const strip = (id: string): Strip => {
  const found = STRIPS.find((one) => one.id === id)
  if (found === undefined) throw new Error(id)
  return found
}

t.test('counts become rates, and percentiles without calls stay gaps', async (t) => {
  t.same(columnsOf([sample(0)], strip('calls')).slice(1), [[50], [2]])
  t.same(columnsOf([sample(0)], strip('latency')).slice(1), [[1.5], [null]])
  t.same(columnsOf([sample(0)], strip('connections')).slice(1), [[4], [1]])
})

t.test('a pause between samples is a gap, a late sample is not', async (t) => {
  const [times, calls] = columnsOf([sample(0), sample(6), sample(30)], strip('calls'))
  t.same(
    times.map((time) => time - START / 1_000),
    [0, 6, 18, 30],
  )
  t.same(calls, [50, 50, null, 50])
})
