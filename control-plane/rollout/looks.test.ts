// What an answer of a node costs: in a rollout it looks at the node that answered, and at no other.

import t, { type Test } from 'tap'
import { MachineStream } from '../../test/support/machine-stream.ts'
import { sampleWith } from '../../test/support/sample-config.ts'
import { CLUSTER, LISTENER, type NodeStatus, SnapshotCache } from '../../xds-server/index.ts'
import { openSqliteStore } from '../store/sqlite-store.ts'
import { Revisions } from './revisions.ts'

const NODES = 30
const NEVER = new AbortController().signal

/** Writes down which nodes somebody looks at. */
class WatchedCache extends SnapshotCache {
  readonly looks: string[] = []

  override nodeStatus(group: string, id: string): NodeStatus {
    this.looks.push(id)
    return super.nodeStatus(group, id)
  }

  override status(group?: string): readonly NodeStatus[] {
    const nodes = super.status(group)
    this.looks.push(...nodes.map(({ id }) => id))
    return nodes
  }
}

async function serve(t: Test) {
  const cache = new WatchedCache({ consistency: 'enforce' })
  const store = openSqliteStore(':memory:')
  const revisions = await Revisions.open({ store, cache, initial: sampleWith({}) })
  t.teardown(() => revisions.close())
  const connect = (id: string) => {
    const node = new MachineStream(cache, { id, cluster: 'edge' })
    node.ask(CLUSTER)
    node.ask(LISTENER)
    return node
  }
  const write = () =>
    revisions.write(() => sampleWith({ 'fleets.edge.lb.policy': 'random' }), { author: 'rest' })
  // A write without effect takes its turn after the reviews that are due.
  const reviewed = () => revisions.write((config) => config, { author: 'rest' })
  return { cache, revisions, connect, write, reviewed }
}

t.test('an ACK in a rollout looks only at the node that sent it, and so does each wait', async (t) => {
  const { cache, revisions, connect, write, reviewed } = await serve(t)
  const nodes = Array.from({ length: NODES }, (_, index) => connect(`node-${index}`))
  for (const node of nodes) node.answerAll()
  t.match(await revisions.progress(1, NEVER), { outcome: 'synced' })
  await write()
  const waits = [1, 2].map(() => revisions.progress(2, NEVER))
  const last = nodes.pop()
  for (const [index, node] of nodes.entries()) {
    cache.looks.splice(0)
    t.ok(node.answerAll().length > 0)
    await reviewed()
    t.same(new Set(cache.looks), new Set([`node-${index}`]))
  }
  t.equal(revisions.head.status, 'pending')
  last?.answerAll()
  t.match(await Promise.all(waits), [{ outcome: 'synced' }, { outcome: 'synced' }])
  cache.looks.splice(0)
  last?.close()
  await reviewed()
  t.same(cache.looks, [], 'after the verdict, nobody is looked at')
})

t.test('a wait for nodes that the verdict did not need looks only at the node that answers', async (t) => {
  const { cache, revisions, connect, write, reviewed } = await serve(t)
  const first = connect('first')
  first.answerAll()
  t.match(await revisions.progress(1, NEVER), { outcome: 'synced' })
  // These have ACKed nothing yet, so they are no baseline nodes.
  const [last, ...others] = Array.from({ length: NODES }, (_, index) => connect(`other-${index}`))
  await write()
  first.answerAll()
  await reviewed()
  t.equal(revisions.head.status, 'accepted')
  cache.looks.splice(0)
  const wait = revisions.progress(2, NEVER)
  while (cache.looks.length === 0) await reviewed()
  for (const [index, node] of others.entries()) {
    cache.looks.splice(0)
    node.answerAll()
    await reviewed()
    t.same(new Set(cache.looks), new Set([`other-${index + 1}`]))
  }
  last?.answerAll()
  t.match(await wait, { outcome: 'synced' })
})
