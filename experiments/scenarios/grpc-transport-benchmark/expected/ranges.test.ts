// Expected ranges: each transport that is measured has one, and intervals are placed by it.

import t from 'tap'
import { EXPECTED, expectedOf, MEASURED, placeOf } from './ranges.ts'

t.test('O8.24: an interval is below, within, above, or at an edge of the range', async (t) => {
  const range = { from: 100, to: 300 }
  t.equal(placeOf(range, 40, 99), 'below')
  t.equal(placeOf(range, 100, 300), 'within')
  t.equal(placeOf(range, 301, 400), 'above')
  t.equal(placeOf(range, 90, 110), 'at the edge')
  t.equal(placeOf(range, 290, 310), 'at the edge')
})

t.test('O8.24: every distance is measured, and each transport that is measured has a range', async (t) => {
  for (const { title, transports } of EXPECTED)
    t.ok(
      transports.some((id) => MEASURED.standard.includes(id)),
      title,
    )
  for (const ids of Object.values(MEASURED)) for (const id of ids) t.ok(expectedOf(id), id)
  t.equal(expectedOf('loopback'), undefined)
})
