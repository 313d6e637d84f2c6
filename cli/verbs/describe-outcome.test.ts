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
  ['unverified', [], 'stored; no node is connected that could ACK it'],
  ['replaced', [], 'stored; a newer revision is in force, without some of its changes'],
] as const

for (const [outcome, states, words] of CASES) {
  t.test(`${outcome} with nodes [${states.join(', ')}] is "${words}"`, async (t) => {
    const line = describeOutcome({ outcome, revision: 7, elapsedMs: 31, nodes: states.map(node) })
    t.equal(line, `revision 7: ${words} (31 ms)`)
  })
}

/** A node that says what client it is. */
const nodeOf = (name: string, state: NodeState = 'SYNCED') => ({ ...node(state), client: { name } })

for (const [outcome, nodes, words] of [
  ['synced', [nodeOf('envoy'), nodeOf('envoy')], 'ACKed by 2 Envoys'],
  ['synced', [nodeOf('gRPC Go')], 'ACKed by 1 gRPC client'],
  ['synced', [nodeOf('gRPC Go'), nodeOf('gRPC Node Pure JS')], 'ACKed by 2 gRPC clients'],
  ['synced', [nodeOf('gRPC Go'), nodeOf('envoy')], 'ACKed by 2 nodes'],
  ['nacked', [nodeOf('gRPC Go', 'NACKED')], 'a gRPC client NACKed'],
  ['pending', [nodeOf('gRPC Go', 'STALE'), nodeOf('envoy')], 'a node has not answered yet'],
] as const) {
  t.test(
    `${outcome} says "${words}" of ${nodes.map(({ client }) => client.name).join(' and ')}`,
    async (t) => {
      const line = describeOutcome({ outcome, revision: 7, elapsedMs: 31, nodes })
      t.equal(line, `revision 7: ${words} (31 ms)`)
    },
  )
}
