// The smallest benchmark of many gRPC clients: they ask by name, have what they asked for and no more, and the report has a row.

import t from 'tap'
import { ProcessGroup } from '../processes/process-group.ts'
import { requireTool } from '../test/support/requirements.ts'
import { buildGoTools } from './harness/go-tools.ts'
import { measureSwarms } from './proxyless/measure-swarm.ts'
import { renderSwarmReport } from './proxyless/swarm-report.ts'

const PLAN = { clients: 2, starts: 2, rounds: 2, warmUps: 1 }

t.test('clients that ask by name are measured with both servers in turns', async (t) => {
  if (!requireTool(t, 'go')) return
  const group = new ProcessGroup()
  t.teardown(() => group.stop())
  const cells = [
    { served: 40, asked: 1 },
    { served: 40, asked: 40 },
  ]
  const plan = { ...PLAN, cells }
  const results = await measureSwarms(group, buildGoTools(), plan)
  for (const name of ['switchyard', 'peer'] as const) {
    const bytes = results.map(({ starts }) => {
      for (const { [name]: one } of starts) {
        t.equal(one.pushMs.length, PLAN.rounds, name)
        t.ok(
          [...one.pushMs, one.firstSyncMs, one.peakMiB].every((value) => value > 0),
          name,
        )
      }
      return starts[0]?.[name].firstSyncBytes ?? Number.NaN
    })
    // Every target is four resources; a client that asked for all as Envoys do would receive the same in both cells.
    const [one = Number.NaN, all = Number.NaN] = bytes
    t.ok(one * 5 < all, `${name} sends ${one} bytes for one target, ${all} for all`)
  }
  const report = renderSwarmReport(results, plan, 'the test')
  t.equal(report.match(/^\| +1 \| +40 \| +\d+ ms \| +\d+ ms \|/gm)?.length, 2)
  t.match(report, /4 changes, in turns, from 2 starts/)
})
