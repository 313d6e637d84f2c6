// A service of kube-proxy's kind: the kernel picks an endpoint for each connection, in namespaces that leave nothing behind.

import t, { type Test } from 'tap'
import { ProcessGroup } from '../../processes/process-group.ts'
import { leavesNothing } from '../../test/support/namespaces.ts'
import { requireTool } from '../../test/support/requirements.ts'
import { testFolder } from '../../test/support/test-folder.ts'
import { startBackend } from '../backend.ts'
import type { LoadPlan } from '../loader/load-plan.ts'
import { startLoader } from '../loader/start-loader.ts'
import { createKubeNode } from './kube-node.ts'

const NEEDS = 'network namespaces'

async function openService(t: Test) {
  const group = new ProcessGroup()
  t.teardown(() => group.stop())
  const node = await createKubeNode(group, 3)
  const inside = node.backends.starterIn(group)
  const folder = testFolder(t)
  const backends = await Promise.all(
    node.backendAddresses.map((listen, index) =>
      startBackend(inside, folder, { id: `b${index + 1}`, listen }),
    ),
  )
  const accepted = async () =>
    (await Promise.all(backends.map((one) => one.connections()))).map(({ accepted }) => accepted)
  const loader = await startLoader(node.client.starterIn(group))
  const load = (connections: number): LoadPlan => ({
    target: node.address,
    connections,
    loop: { kind: 'closed', concurrency: connections },
    calls: { kind: 'unary' },
    warmUpSeconds: 0,
  })
  const shares = async (connections: number) =>
    (await loader.run({ ...load(connections), seconds: 0.3 })).shares
  return { group, node, loader, load, shares, accepted }
}

const used = (shares: Readonly<Record<string, number>>) =>
  Object.values(shares).filter((calls) => calls > 0).length

t.test('O4.1: the kernel pins a connection to one backend, and spreads many connections', async (t) => {
  if (!requireTool(t, NEEDS)) return
  const { shares, accepted } = await openService(t)
  for (let round = 0; round < 3; round += 1) t.equal(used(await shares(1)), 1)
  // With 48 connections, one of three backends gets none once in a hundred million times: 3 * (2/3)^48.
  await shares(48)
  const connections = await accepted()
  t.ok(
    connections.every((count) => count > 0),
    connections.join(', '),
  )
})

t.test('O4.1: an open connection stays with its backend when that is no endpoint any more', async (t) => {
  if (!requireTool(t, NEEDS)) return
  const { node, loader, load, shares } = await openService(t)
  const before = await loader.begin(load(1))
  const [, second = ''] = node.backendAddresses
  // The connection is to one of three, and at most one of these two changes leaves that one.
  await node.setEndpoints([second])
  await node.setEndpoints(node.backendAddresses.filter((address) => address !== second))
  const later = await shares(12)
  t.notOk(later.b2, 'new connections go to endpoints only')
  const { codes, shares: kept } = await before.end()
  t.same(Object.keys(codes), ['OK'])
  t.equal(used(kept), 1)
})

t.test('nothing is left of a node, and the host never had any of it', async (t) => {
  if (!requireTool(t, NEEDS)) return
  const open = async () => {
    const { group, node } = await openService(t)
    t.match(
      await node.node.run('nft', 'list', 'ruleset'),
      /numgen random mod 3 vmap/,
      'the rules are in the namespace',
    )
    return { group, namespaces: [node.node, node.client, node.backends] }
  }
  await leavesNothing(t, open, [['nft', 'list', 'ruleset']])
})

t.test('a command that fails in a namespace is an error with its words', async (t) => {
  if (!requireTool(t, NEEDS)) return
  const group = new ProcessGroup()
  t.teardown(() => group.stop())
  const { node } = await createKubeNode(group, 1)
  await t.rejects(node.run('ip', 'link', 'set', 'missing', 'up'), {
    code: 'process-failed',
    message: /"ip link set missing up" failed in the network namespace node: Cannot find device/,
  })
})
