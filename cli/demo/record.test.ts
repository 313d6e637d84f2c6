// The record has all measurements, as plain JSON.

import t from 'tap'
import type { LbRequest } from '../../api/schemas/lb.ts'
import { recordDemo } from './record.ts'

const distribution = {
  connections: 1,
  calls: 3,
  keys: 'none',
  byBackend: new Map([
    ['b1', 2],
    ['b2', 0],
  ]),
  failures: ['14 UNAVAILABLE'],
  variation: 1,
  noiseFloor: Math.sqrt(1 / 3),
} as const

const switched = {
  from: { mode: 'l4' },
  to: { mode: 'l7', policy: 'maglev' },
  ackedMs: 19.6,
  lastGoneMs: 7.2,
  oldConnections: 4,
  load: { calls: 300, failures: [] },
} as const

const settingOf = (lb: LbRequest) => ({ lb, summary: '', hashes: false, expectations: [] })

t.test('a setting is recorded with its switch, in whole milliseconds, and its distributions', async (t) => {
  const keyed = { ...distribution, keys: { same: 'alice' } }
  const record = recordDemo(
    3,
    ['b1', 'b2'],
    [{ setting: settingOf(switched.to), switched, distributions: [keyed] }],
  )
  const recorded = {
    connections: 1,
    calls: 3,
    failed: 1,
    keys: 'same',
    callsByBackend: { b1: 2, b2: 0 },
    variation: 1,
    noiseFloor: 0.5774,
  }
  t.strictSame(record, {
    envoys: 3,
    backends: ['b1', 'b2'],
    settings: [
      {
        mode: 'l7',
        policy: 'maglev',
        switched: { ackedMs: 20, lastGoneMs: 7, oldConnections: 4, calls: 300, failed: 0 },
        distributions: [recorded],
      },
    ],
  })
  t.strictSame(JSON.parse(JSON.stringify(record)), record)
})

t.test('the first setting has no switch, and L4 has no policy', async (t) => {
  const record = recordDemo(
    3,
    [],
    [{ setting: settingOf({ mode: 'l4', policy: 'random' }), distributions: [] }],
  )
  t.strictSame(record.settings, [{ mode: 'l4', distributions: [] }])
})
