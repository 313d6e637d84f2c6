// What one way adds to another is judged by turns that were measured next to each other.

import t from 'tap'
import { facts } from '../../../../harness/facts.ts'
import type { Measured } from '../../../../harness/results.ts'
import { addedBy, differenceText, figureOver, seriesName, turnValues, wayFigure } from './turn-results.ts'

/** Turns drift alike. */
function measuredWith(levels: Readonly<Record<string, number>>, turns: number): Measured {
  return facts({
    series: Object.entries(levels).map(([way, level]) => ({
      name: seriesName(way, 'p50'),
      unit: 'ms',
      points: Array.from({ length: turns }, (_, turn): [number, number] => [turn, level + turn]),
    })),
    figures: { [wayFigure('none', 'calls')]: 10 },
  })
}

const BOTH = { way: 'both', to: 'none' } as const

t.test('O8.29: what a way adds is the median over turns, with an interval for all comparisons', async (t) => {
  const rounds = [measuredWith({ none: 1, both: 3 }, 4), measuredWith({ none: 1, both: 3 }, 4)]
  const difference = addedBy(rounds, 'p50', { ...BOTH, comparisons: 4 })
  t.match(difference, { median: 2, low: 2, high: 2, outcome: 'more' })
  t.equal(difference && differenceText(difference, 1), '+2.0 (+2.0 to +2.0)')
  t.same(turnValues(rounds, 'none', 'p50'), [1, 2, 3, 4, 1, 2, 3, 4])
})

t.test('O8.29: too few turns, or turns that were not measured, claim nothing', async (t) => {
  const rounds = [measuredWith({ none: 1, both: 3 }, 2)]
  t.match(addedBy(rounds, 'p50', { ...BOTH, comparisons: 4 }), { outcome: 'too few pairs' })
  t.equal(addedBy(rounds, 'p50', { way: 'mtls', to: 'none', comparisons: 4 }), undefined)
  t.equal(figureOver(rounds, 'none', 'calls'), 10)
  t.ok(Number.isNaN(figureOver(rounds, 'both', 'calls')))
})

t.test('an interrupted run may have a turn more of one way', async (t) => {
  const { series = [], ...rest } = measuredWith({ none: 1, both: 3 }, 3)
  const cut = {
    ...rest,
    series: series.map((one, at) => (at === 1 ? { ...one, points: one.points.slice(1) } : one)),
  }
  t.equal(addedBy([cut], 'p50', { ...BOTH, comparisons: 1 })?.outcome, 'too few pairs')
})
