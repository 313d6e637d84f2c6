// The plans of changes under load: every change has ways, each of its runs has an id of its own, and quick ones stay few.

import t from 'tap'
import { CHANGES, changeRuns } from '../../experiments/scenarios/grpc-loadbalancing/changes/changes.ts'
import { changeId } from '../../experiments/scenarios/grpc-loadbalancing/changes/measured-changes.ts'
import { WAYS } from '../../experiments/scenarios/grpc-loadbalancing/ways/ways.ts'
import { PROFILE } from '../../harness/profile.ts'

/** Of a run in `npm test`. */
const MOST_QUICK = 3

t.test('O4.7: every change is measured, through every way that it is for', async (t) => {
  const ids = changeRuns(PROFILE.standard, WAYS).map(({ id }) => id)
  t.equal(new Set(ids).size, ids.length)
  for (const { id, ways } of CHANGES) {
    t.match(id, /^[a-z-]+$/)
    const expected = WAYS.filter((way) => ways.includes(way.id)).map((way) => changeId(id, way.id))
    t.ok(expected.length > 0, id)
    t.same(
      ids.filter((one) => one.startsWith(changeId(id, ''))),
      expected,
    )
  }
})

t.test('O4.7: a switch of the control plane is only for ways that have one', async (t) => {
  for (const { id, upstream, ways } of CHANGES) {
    if (upstream === undefined) continue
    for (const way of ways) t.match(way, /^(envoy|xds)-/, id)
  }
})

t.test('O4.7: a quick run makes a few of them', async (t) => {
  const quick = changeRuns(PROFILE.quick, WAYS).map(({ id }) => id)
  t.ok(quick.length > 0 && quick.length <= MOST_QUICK, quick.join())
  const all = changeRuns(PROFILE.standard, WAYS).map(({ id }) => id)
  for (const id of quick) t.ok(all.includes(id), id)
})
