// When a cell counts as slower, and how often it is measured, with made-up times.

import t from 'tap'
import type { Cell } from './cells.ts'
import { compareCell, compareRuns, type Run } from './compare-commits.ts'
import { renderComparison } from './comparison-report.ts'
import type { Measured } from './measure-cell.ts'

const cell: Cell = { mode: 'delta', size: 100, streams: 10, rounds: 3, warmUps: 0 }

const measured = (pushMs: readonly number[], firstSyncBytes = 1_000, pushCpuMs = pushMs): Measured => ({
  pushMs,
  firstSyncMs: 10,
  firstSyncBytes,
  firstSyncCpuMs: 1,
  pushCpuMs,
  peakMiB: 100,
})

/** Three rounds in which this checkout takes `ratio` times the base's time, while the machine becomes slower and slower. */
function run(ratio: number, bytes?: number): Run {
  const base = [10, 100, 1_000]
  return {
    base: measured(base),
    current: measured(
      base.map((ms) => ms * ratio),
      bytes,
    ),
  }
}

t.test(
  'the ratio is the median over pairs, so a machine that becomes slower does not change it',
  async (t) => {
    const { push, pairs, verdict } = compareRuns(cell, [run(1.04), run(1.04)])
    t.match({ pairs, verdict }, { pairs: 6, verdict: 'as fast' })
    t.ok(Math.abs(push.median - 1.04) < 1e-9 && push.low > 1.03 && push.high < 1.05)
  },
)

t.test('a cell is slower above 5 %, and not at 5 %', async (t) => {
  t.equal(compareRuns(cell, [run(1.05)]).verdict, 'as fast')
  t.equal(compareRuns(cell, [run(1.06)]).verdict, 'slower')
})

t.test('a cell that is not slower is measured as often as asked, and no more', async (t) => {
  const starts: number[] = []
  const { pairs } = await compareCell(cell, 2, async (start) => {
    starts.push(start)
    return run(1)
  })
  t.strictSame(starts, [0, 1])
  t.equal(pairs, 6)
})

t.test('a cell that looks slower is measured again, until it no longer does', async (t) => {
  const ratios = [1.3, 1, 1]
  const comparison = await compareCell(cell, 1, async (start) => run(ratios[start] ?? 1))
  t.match(comparison, { verdict: 'as fast', pairs: 9 })
})

t.test('a cell that stays slower has three times as many starts', async (t) => {
  t.match(await compareCell(cell, 2, async () => run(1.2)), { verdict: 'slower', pairs: 18 })
})

t.test('a cell is slower too if a push takes more CPU', async (t) => {
  const withCpu = (ratio: number): Run => {
    const times = [10, 10, 10]
    const cpu = times.map((ms) => ms * ratio)
    return { base: measured(times), current: measured(times, 1_000, cpu) }
  }
  t.match(compareRuns(cell, [withCpu(1.05)]), { verdict: 'as fast' })
  t.match(compareRuns(cell, [withCpu(1.06)]), { verdict: 'slower', push: { median: 1 } })
})

/** The median is 1.1, and the interval contains 1. */
const UNSURE: Run = { base: measured([10, 10, 10]), current: measured([9, 11, 12]) }

t.test('a cell is unsure if the interval contains 1, and is measured again', async (t) => {
  t.equal(compareRuns(cell, [UNSURE]).verdict, 'unsure')
  t.match(await compareCell(cell, 1, async () => UNSURE), { pairs: 9 })
})

t.test('the report marks cells that are slower or unsure, and counts them', async (t) => {
  const text = renderComparison(
    [compareRuns(cell, [run(1)]), compareRuns(cell, [run(1.2), run(1.2)]), compareRuns(cell, [UNSURE])],
    [],
  )
  const marks = text.split('\n').filter((line) => line.startsWith('| delta'))
  t.match(marks[0], /\*\*1\.00\*\*.*\| +\|$/)
  t.match(marks[1], /\*\*1\.20\*\* +\| +1\.20 – 1\.20 .*SLOWER +\|$/)
  t.match(marks[2], /UNSURE +\|$/)
  t.match(text, /1 of 3 cells are slower by more than 5 %\. 1 unsure: .*--starts/)
})

t.test('the report says so if no cell is slower, and names unfinished cells', async (t) => {
  const text = renderComparison([compareRuns(cell, [run(0.9)])], ['sotw, 1 clusters: lost'])
  t.match(text, /0 of 1 cells are slower by more than 5 %\.$/)
  t.match(text, '- Not finished: sotw, 1 clusters: lost')
  t.notMatch(text, /SLOWER|UNSURE|unsure|bytes/)
})

t.test('the report says if the two commits sent different content', async (t) => {
  t.notMatch(renderComparison([compareRuns(cell, [run(1, 1_010)])], []), 'bytes')
  t.match(
    renderComparison([compareRuns(cell, [run(1, 1_100)])], []),
    /delta, N = 100, M = 10: .* differs by more than 2 % in bytes/,
  )
})
