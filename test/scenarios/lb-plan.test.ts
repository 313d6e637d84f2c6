// The plans of the load-balancing scenario.

import t from 'tap'
import { cellOf, idOf } from '../../experiments/scenarios/grpc-loadbalancing/cell.ts'
import { SCENARIO } from '../../experiments/scenarios/grpc-loadbalancing/scenario.ts'
import { WAYS } from '../../experiments/scenarios/grpc-loadbalancing/ways/ways.ts'
import { PROFILE } from '../../harness/profile.ts'

for (const profile of Object.values(PROFILE)) {
  t.test(
    `O4: the ${profile.name} plan measures every way, and each of its runs has an id of its own`,
    async (t) => {
      const ids = SCENARIO.plan(profile).runs.map(({ id }) => id)
      t.equal(new Set(ids).size, ids.length)
      for (const { id, oneChannel } of WAYS)
        t.ok(ids.includes(`${id}.unary.open.${oneChannel ? 1 : 4}c.3b`), id)
      for (const id of ids) {
        const cell = cellOf(id)
        if (cell) t.equal(idOf(cell), id)
      }
    },
  )
}

t.test('O4: the ids of ways are parts of ids of runs', async (t) => {
  t.equal(new Set(WAYS.map(({ id }) => id)).size, WAYS.length)
  for (const { id } of WAYS) t.match(id, /^[a-z0-9-]+$/)
  t.equal(cellOf('states.edge'), undefined)
})
