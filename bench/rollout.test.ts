// The smallest benchmark of rollouts end to end: both servers push to their clients, and the report has a row for each.

import t from 'tap'
import { requireTool } from '../test/support/requirements.ts'
import { testFolder } from '../test/support/test-folder.ts'
import { buildGoTools } from './harness/go-tools.ts'
import { measureFleets } from './rollout/measure-fleets.ts'
import { measureNodes } from './rollout/measure-nodes.ts'
import { renderRolloutReport } from './rollout/report.ts'

t.test('rollouts to nodes and writes for fleets are measured in turns', async (t) => {
  if (!requireTool(t, 'go')) return
  const folder = testFolder(t)
  const sizes = { upstreams: 3, rounds: 2, warmUps: 1 }
  const nodes = await measureNodes(buildGoTools(), folder, { mode: 'delta', nodes: 2, ...sizes })
  const fleets = await measureFleets(folder, { fleets: [1, 2], ...sizes })
  for (const writes of [nodes.switchyard, nodes.library, ...fleets.map((one) => one.writes)]) {
    t.equal(writes.length, 2)
    t.ok(writes.every(({ ms }) => ms > 0))
  }
  const report = renderRolloutReport({ nodes: [nodes], fleets })
  t.match(report, /\| delta +\| +3 \| +2 \| +2 \|/)
  t.match(report, /\| +2 \| +3 \| +2 \|/)
})
