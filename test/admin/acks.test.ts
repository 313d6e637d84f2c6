// What the nodes say, in words.

import t from 'tap'
import { describePending, describeRefusals } from '../../control-plane/admin/acks.ts'
import { CLUSTER, LISTENER, type Nack, type NodeStatus, type TypeStatus } from '../../control-plane/index.ts'

const NACK: Nack = { version: 'v1', nonce: '1', code: 13, message: 'no such filter', names: ['main'] }

function nodeStatus(id: string, types: Readonly<Record<string, Partial<TypeStatus>>>): NodeStatus {
  const full = Object.entries(types).map(([typeUrl, type]): [string, TypeStatus] => [
    typeUrl,
    { state: 'SYNCED', wildcard: true, names: 0, ...type },
  ])
  const isSynced = full.length > 0 && full.every(([, { state }]) => state === 'SYNCED')
  return {
    id,
    group: 'edge',
    connected: true,
    state: isSynced ? 'SYNCED' : 'STALE',
    streams: [],
    types: Object.fromEntries(full),
  }
}

t.test(
  'a refusal is told with its node, its type and its words, and one that was mended is not',
  async (t) => {
    const nodes = [
      nodeStatus('a', { [CLUSTER]: {}, [LISTENER]: { state: 'NACKED', nack: NACK } }),
      nodeStatus('b', { [CLUSTER]: { nack: NACK } }),
      nodeStatus('c', { [CLUSTER]: { state: 'NACKED', nack: { ...NACK, message: 'no such policy' } } }),
    ]
    t.equal(describeRefusals(nodes), 'a refused Listener: no such filter; c refused Cluster: no such policy')
  },
)

t.test('who is pending is told with what is open, and who is not is left out', async (t) => {
  const nodes = [
    nodeStatus('a', { [CLUSTER]: {}, [LISTENER]: { state: 'STALE' } }),
    nodeStatus('b', { [CLUSTER]: {} }),
    nodeStatus('c', { [CLUSTER]: { state: 'NOT_SENT' }, [LISTENER]: { state: 'STALE' } }),
    nodeStatus('d', {}),
  ]
  t.equal(
    describePending(nodes),
    'a (Listener STALE); c (Cluster NOT_SENT, Listener STALE); d (has asked for nothing)',
  )
})
