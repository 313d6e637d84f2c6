// The outcome of a write, in one line.

import t from 'tap'
import type { NodeState } from '../../api/node-state.ts'
import { describeOutcome } from './describe-outcome.ts'

const node = (state: NodeState) => ({
  id: 'edge-1',
  fleet: 'edge',
  connected: true,
  state,
  streams: [],
  types: {},
})

const CASES = [
  ['synced', ['SYNCED', 'SYNCED', 'SYNCED'], 'ACKed by 3 Envoys'],
  ['synced', ['SYNCED'], 'ACKed by 1 Envoy'],
  ['synced', ['SYNCED', 'DISCONNECTED', 'STALE'], 'ACKed by 1 Envoy'],
  ['synced', [], 'accepted'],
  ['nacked', ['NACKED'], 'an Envoy NACKed'],
  ['pending', ['STALE'], 'an Envoy has not answered yet'],
  ['unverified', [], 'stored; no Envoy is connected that could ACK it'],
  ['replaced', [], 'stored; a newer revision is in force that has not all of its changes'],
] as const

for (const [outcome, states, words] of CASES) {
  t.test(`${outcome} with nodes [${states.join(', ')}] is "${words}"`, async (t) => {
    const line = describeOutcome({ outcome, revision: 7, elapsedMs: 31, nodes: states.map(node) })
    t.equal(line, `revision 7: ${words} (31 ms)`)
  })
}
