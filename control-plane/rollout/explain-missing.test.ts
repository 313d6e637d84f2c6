// The error of a listener that a fleet lacks.

import t from 'tap'
import { apiListener } from '../../test/support/resources.ts'
import { CLUSTER, LISTENER, SnapshotCache } from '../../xds-server/index.ts'
import { explainMissing } from './explain-missing.ts'

const missing = { group: 'edge', typeUrl: LISTENER, name: 'ehco' }

function snapshotOf(...names: readonly string[]) {
  return new SnapshotCache().setSnapshot(
    'edge',
    names.map((name) => apiListener(name)),
  )
}

t.test('it names the listeners that the fleet has, up to five', async (t) => {
  t.same(explainMissing(missing, snapshotOf('echo', 'kv')), {
    code: 5,
    message: 'fleet "edge" has no listener "ehco": it has "echo", "kv"',
  })
  t.match(explainMissing(missing, snapshotOf('a', 'b', 'c', 'd', 'e', 'f', 'g'))?.message, /"e" and 2 more$/)
  t.match(explainMissing(missing, snapshotOf())?.message, /it has none$/)
})

t.test('its text is bounded, and other types have none', async (t) => {
  t.equal(explainMissing({ ...missing, name: 'n'.repeat(5_000) }, snapshotOf())?.message.length, 1_024)
  t.equal(explainMissing({ ...missing, typeUrl: CLUSTER }, snapshotOf()), undefined)
})
