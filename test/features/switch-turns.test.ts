// Every switch goes on, changes and goes off under load, and no call fails. Several turn in one write, so that it takes no longer than
// other tests; `npm run test:turns` turns each alone.

import t from 'tap'
import { setAt } from '../documents/set-at.ts'
import { requireTool } from '../support/requirements.ts'
import { allTurns, documentOf, groupsOf } from '../turns/all-turns.ts'
import { isValid } from '../turns/turn.ts'
import { startTurningEdge } from '../turns/turning-edge.ts'

const EACH_ALONE = process.env.SWITCHYARD_TURNS === 'each'
const MOST_TOGETHER = EACH_ALONE ? 1 : 4

t.test('no call fails while every switch goes on, changes and goes off', async (t) => {
  if (!requireTool(t, 'envoy')) return
  const { base, parts, startLoad, write, untilDrained } = await startTurningEdge(t)
  const turns = allTurns(base, parts)
  for (const { name, steps } of turns) {
    const areValid = steps.every((step) => isValid(step(base)))
    t.ok(areValid, `${name} is valid: where it is not, test/turns/own-turns.ts says how to turn it`)
  }
  const groups = groupsOf(turns, base, MOST_TOGETHER)
  const load = await startLoad()
  for (const group of groups) {
    const names = group.map(({ name }) => name).join(', ')
    const before = load.failures.length
    const outcome = group[0]?.outcome
    t.equal(await write(documentOf(group, 0, base), load), outcome, `${names} on`)
    t.equal(await write(documentOf(group, 1, base), load), outcome, `${names} changed`)
    t.equal(await write(base, load), 'synced', `${names} off`)
    t.same(load.failures.slice(before), [], `no call fails: ${names}`)
  }
  if (EACH_ALONE) await untilDrained(load)
  const { calls, failures } = await load.stop()
  t.comment(`${turns.length} switches, ${calls} calls`)
  t.same(failures, [], 'no call fails')
})

t.test('the twin: a switch that ends calls makes them fail', async (t) => {
  if (!requireTool(t, 'envoy')) return
  const { base, startLoad, write } = await startTurningEdge(t)
  const load = await startLoad()
  const abort = { enabled: true, abort: { status: 'UNAVAILABLE', percentage: 100 } }
  t.equal(await write(setAt(base, ['fleets', 'edge', 'filters', 'fault'], abort), load), 'synced')
  while (load.failures.length === 0) await load.further(1)
  const { failures } = await load.stop()
  t.ok(failures.length > 0, `${failures.length} calls fail`)
})
