// Choosing cells by pattern.

import t from 'tap'
import { comparedCells, fullCells, quickCells, selectCells, titleOf } from './cells.ts'

const titles = (patterns: readonly string[]) => selectCells(fullCells(), patterns).map(titleOf)

t.test('without a pattern all cells are measured', async (t) => {
  t.strictSame(selectCells(quickCells(), []), quickCells())
})

t.test('a pattern selects by protocol, clusters and streams, and a * stands for any', async (t) => {
  t.strictSame(titles(['delta/1000/100']), ['delta, 1000 clusters, 100 streams'])
  t.strictSame(titles(['*/100/1', 'sotw/10000/1000']), [
    'delta, 100 clusters, 1 streams',
    'sotw, 100 clusters, 1 streams',
    'sotw, 10000 clusters, 1000 streams',
  ])
  t.equal(titles(['delta/*/*']).length, fullCells().length / 2)
})

t.test('each pattern that matches nothing is a problem, and the message lists the cells', async (t) => {
  const select = () => titles(['delta/1000/100', 'delta/999/1', 'delta'])
  t.throws(select, {
    code: 'invalid-argument',
    message: /MODE\/CLUSTERS\/STREAMS.*delta\/100\/1 /,
    problems: [{ path: 'delta/999/1' }, { path: 'delta' }],
  })
})

t.test('a comparison measures the same cells with more rounds, except the largest', async (t) => {
  t.strictSame(comparedCells({ full: true }).map(titleOf), fullCells().map(titleOf))
  t.strictSame(comparedCells({ full: false }).map(titleOf), quickCells().map(titleOf))
  t.match(comparedCells({ full: false })[0], { rounds: 21 })
  t.match(comparedCells({ full: true }).at(-1), { rounds: 5 })
})
