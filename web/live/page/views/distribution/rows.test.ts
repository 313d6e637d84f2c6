// What the distribution counts, by the mode of the fleet.

import t from 'tap'
import { modeOf, rowsOf } from './rows.ts'

const START = Date.UTC(2026, 0, 1)
const at = (second: number) => new Date(START + second * 1_000).toISOString()
const documentAt = (mode: string) => ({ document: { fleets: { edge: { lb: { mode } } } }, etag: '1' })
const FLIP = { revision: 2, at: at(10), fleets: ['edge'], lanes: [] }

const load = (second: number, calls: number) => ({
  at: at(second),
  seconds: 1,
  fleet: 'edge',
  rows: [{ upstream: 'echo', node: 'edge-1', endpoint: 'b1', calls, errors: 0 }],
})
const open = (second: number, mode: 'l4' | 'l7', count: number) => ({
  at: at(second),
  fleet: 'edge',
  mode,
  rows: mode === 'l4' ? [{ upstream: 'echo', node: 'edge-1', endpoint: 'b1', open: count }] : [],
})

t.test('from L4 to L7: connections before, calls now', async (t) => {
  const state = {
    config: documentAt('l7'),
    load: new Map([['edge', [load(9, 1), load(12, 20), load(13, 30)]]]),
    open: new Map([['edge', [open(8, 'l4', 3), open(9, 'l4', 4), open(12, 'l7', 0)]]]),
  }
  const { unit, before, now, seconds } = rowsOf(state, 'edge', FLIP)
  t.same([unit, seconds], ['call', 2])
  t.same(
    before.map(({ calls }) => calls),
    [4],
  )
  t.same(
    now.map(({ calls }) => calls),
    [20, 30],
  )
})

t.test('from L7 to L4: calls before, the newest count of connections now', async (t) => {
  const state = {
    config: documentAt('l4'),
    load: new Map([['edge', [load(9, 20), load(12, 1)]]]),
    open: new Map([['edge', [open(9, 'l7', 0), open(12, 'l4', 2), open(13, 'l4', 4)]]]),
  }
  const { unit, before, now } = rowsOf(state, 'edge', FLIP)
  t.equal(unit, 'connection')
  t.same(
    before.map(({ calls }) => calls),
    [20],
  )
  t.same(
    now.map(({ calls }) => calls),
    [4],
  )
})

t.test('a fleet without a mode balances calls', async (t) => {
  t.equal(modeOf({ fleets: { clients: { lb: { policy: 'round_robin' } } } }, 'clients'), 'l7')
})
