// The plan of the matrix: every transport, every axis, an order that spreads what disturbs the machine, and how long it takes.

import t from 'tap'
import { PROFILE, type ProfileName } from '../../../../harness/profile.ts'
import { estimateOf } from '../../../../harness/time-left.ts'
import { TRANSPORTS } from '../../../../testbed/transports/all.ts'
import { BASE, CONCURRENCIES, isSame, PATTERNS, PAYLOADS } from './cells.ts'
import { MATRIX } from './chapter.ts'
import { cellsOf, windowOf } from './plan.ts'

const HOUR = 3_600

const valuesOf = (profile: ProfileName, ids?: readonly string[]) => {
  const cells = cellsOf({ name: profile }).filter(
    ({ transport: { id } }) => ids === undefined || ids.includes(id),
  )
  const sorted = <T extends string | number>(values: readonly T[]) => [...new Set(values)].toSorted()
  return {
    patterns: sorted(cells.map(({ cell }) => cell.pattern)),
    payloads: sorted(cells.map(({ cell }) => cell.payload)),
    concurrencies: sorted(cells.map(({ cell }) => cell.concurrency)),
  }
}
const ALL = {
  patterns: [...PATTERNS].toSorted(),
  payloads: [...PAYLOADS].toSorted(),
  concurrencies: [...CONCURRENCIES].toSorted(),
}

t.test('O8.8 to O8.11: standard and full have every axis, over transports of every distance', async (t) => {
  for (const profile of ['standard', 'full'] as const) {
    t.strictSame(valuesOf(profile), ALL)
    for (const id of ['uds', 'veth', 'vxlan']) t.strictSame(valuesOf(profile, [id]), ALL, id)
    const families = new Set(
      cellsOf({ name: profile })
        .filter(({ cell }) => !isSame(cell, BASE))
        .map(({ transport }) => transport.family),
    )
    t.strictSame([...families].toSorted(), [...new Set(TRANSPORTS.map(({ family }) => family))].toSorted())
  }
})

t.test('O8.8: every profile has the base over every transport, and quick every pattern', async (t) => {
  for (const name of ['quick', 'standard', 'full'] as const) {
    const based = cellsOf({ name }).filter(({ cell }) => cell === BASE)
    t.strictSame(
      based.map(({ transport }) => transport.id),
      TRANSPORTS.map(({ id }) => id),
    )
  }
  t.strictSame(valuesOf('quick').patterns, ALL.patterns)
})

t.test('O8.10 and O8.11: full has every combination of payload, pattern and concurrency', async (t) => {
  const echo = cellsOf({ name: 'full' }).filter(
    ({ transport, cell }) => transport.id === 'vxlan' && cell.pattern !== 'put' && cell.pattern !== 'get',
  )
  t.equal(echo.length, 3 * PAYLOADS.length * CONCURRENCIES.length)
})

t.test('O8.19: the same cell is measured over all transports before the next cell', async (t) => {
  const cells = cellsOf({ name: 'standard' }).map(({ cell }) => JSON.stringify(cell))
  const changes = cells.filter((cell, at) => cell !== cells[at - 1])
  t.equal(changes.length, new Set(cells).size)
})

t.test(
  'O8.16 and O8.17: full drops 10 s, counts 60 s, and says before that it takes most of a day',
  async (t) => {
    const runs = MATRIX.runs(PROFILE.full)
    for (const { transport, cell } of cellsOf({ name: 'full' }))
      t.strictSame(windowOf(PROFILE.full, transport, cell), { warmUpSeconds: 10, seconds: 60 })
    const seconds = runs.reduce((sum, run) => sum + estimateOf(run, PROFILE.full) * PROFILE.full.rounds, 0)
    t.ok(seconds > 15 * HOUR && seconds < 26 * HOUR, `${(seconds / HOUR).toFixed(1)} hours`)
    const standard = MATRIX.runs(PROFILE.standard)
    const minutes = standard.reduce((sum, run) => sum + estimateOf(run, PROFILE.standard) * 5, 0) / 60
    t.ok(minutes < 12, `${minutes.toFixed(1)} minutes`)
  },
)
