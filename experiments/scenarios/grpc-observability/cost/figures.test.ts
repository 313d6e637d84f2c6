// A way costs something only if it does against both processes that observe nothing.

import t from 'tap'
import { facts } from '../../../../harness/facts.ts'
import type { Measured } from '../../../../harness/results.ts'
import { addedBy, verdictOf } from './figures.ts'
import type { ModeId } from './modes.ts'
import { seriesName } from './series.ts'

const TURNS = 24

/** CPU time of all turns, which drift alike. */
function measuredWith(levels: Partial<Record<ModeId, number>>): Measured {
  return facts({
    series: Object.entries(levels).map(([id, level]) => ({
      name: seriesName({ id: id as ModeId }, 'both'),
      unit: 'µs/call',
      points: Array.from({ length: TURNS }, (_, turn): [number, number] => [turn, level + 10 * turn]),
    })),
  })
}

t.test('O5.13: what is above both that observe nothing costs something, and how much', async (t) => {
  const measured = measuredWith({ none: 1_000, control: 1_020, 'payload-log': 1_200 })
  t.match(verdictOf(measured, { id: 'payload-log' }, 'both'), /^more /)
  t.match(addedBy(measured, { id: 'payload-log' }, 'both'), { median: 200, low: 200, high: 200 })
})

t.test('O5.13: what is above one of them only may be the process', async (t) => {
  const measured = measuredWith({ none: 1_000, control: 1_300, metrics: 1_200 })
  t.match(verdictOf(measured, { id: 'metrics' }, 'both'), /^not distinguishable /)
})
