// The composition root: REST in, xDS out, and an end that leaves nothing behind.

import { once } from 'node:events'
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import { AnsweringNode } from '../test/support/answering-node.ts'
import { sampleWith } from '../test/support/sample-config.ts'
import { testFolder } from '../test/support/test-folder.ts'
import { connectTo, nodeOf, SotwClient } from '../test/support/xds-client.ts'
import { readToken } from '../testbed/token-file.ts'
import { CLUSTER, LISTENER } from '../xds-server/index.ts'
import { createResources } from '../xds-server/snapshot/resource.ts'
import { startControlPlane } from './control-plane.ts'

const FREE = { admin: '127.0.0.1:0', xds: '127.0.0.1:0' }

async function putLb(adminUrl: string, body: object, headers: Record<string, string> = {}) {
  const response = await fetch(`${adminUrl}/v1/fleets/edge/lb?wait=30s`, {
    method: 'PUT',
    headers: { ...headers, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  return { status: response.status, ...((await response.json()) as { readonly outcome?: string }) }
}

/** A port that something else holds until the test ends. */
async function takenAddress(t: { teardown(end: () => unknown): unknown }): Promise<string> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => server.close())
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('a TCP server has a port')
  return `127.0.0.1:${address.port}`
}

t.test(
  'one PUT flips what a connected node is served, and is answered when the node has ACKed',
  async (t) => {
    const { adminUrl, xdsAddress, close } = await startControlPlane({ config: sampleWith({}), ...FREE })
    t.teardown(close)
    const node = new AnsweringNode(t, xdsAddress, { id: 'node-1', cluster: 'edge' })
    const seen: string[] = []
    const first = Promise.withResolvers<void>()
    node.answer = ({ typeUrl, resources }) => {
      if (typeUrl === LISTENER) {
        seen.push(...resources.map(({ value }) => (Buffer.from(value).includes('TcpProxy') ? 'l4' : 'l7')))
        first.resolve()
      }
      return 'ack'
    }
    await first.promise
    t.match(await putLb(adminUrl, { mode: 'l7' }), { status: 200, outcome: 'synced', mode: 'l7' })
    t.match(await putLb(adminUrl, { mode: 'l4' }), { status: 200, outcome: 'synced', mode: 'l4' })
    t.same(seen, ['l4', 'l7', 'l4'])
  },
)

t.test('X42: with a drain time of 0, the cluster of a replaced listener goes at once', async (t) => {
  const config = sampleWith({ 'fleets.edge.listeners.main.l4.upstream': 'unused' })
  const options = { config, ...FREE, drainTimeMs: 0 }
  const { adminUrl, xdsAddress, close } = await startControlPlane(options)
  t.teardown(close)
  const node = new AnsweringNode(t, xdsAddress, { id: 'node-1', cluster: 'edge' })
  const served = Promise.withResolvers<void>()
  const removed = Promise.withResolvers<void>()
  node.answer = ({ typeUrl, resources }) => {
    if (typeUrl === LISTENER) served.resolve()
    if (typeUrl === CLUSTER && createResources(resources).every(({ name }) => name !== 'unused'))
      removed.resolve()
    return 'ack'
  }
  await served.promise
  await fetch(`${adminUrl}/v1/config`, {
    method: 'PATCH',
    headers: { 'content-type': 'application/merge-patch+json', 'if-match': '*' },
    body: '{"fleets":{"edge":{"listeners":{"main":{"l4":{"upstream":"echo"}}}}}}',
  })
  await removed.promise
  t.pass('with the default of 600 s the test would time out')
})

t.test('a node of another cluster is served nothing of the fleet', async (t) => {
  const { adminUrl, xdsAddress, close } = await startControlPlane({ config: sampleWith({}), ...FREE })
  t.teardown(close)
  const node = new SotwClient(connectTo(t, xdsAddress))
  node.send({ typeUrl: LISTENER, node: nodeOf('node-1', 'west') })
  t.match(await putLb(adminUrl, { mode: 'l7' }), { status: 202, outcome: 'unverified' })
})

t.test('it serves xDS on a Unix socket too, and keeps the NACK log in the state folder', async (t) => {
  // A Unix socket's path is short, and a test's own folder is not.
  const folder = await mkdtemp(join(tmpdir(), 'yard-'))
  t.teardown(() => rm(folder, { recursive: true }))
  const stateFolder = join(folder, 'state', 'deep')
  const xds = `unix:${join(folder, 'xds.sock')}`
  const { adminUrl, xdsAddress, tokensFile, close } = await startControlPlane({
    config: sampleWith({}),
    ...FREE,
    xds,
    stateFolder,
  })
  t.teardown(close)
  t.equal(xdsAddress, xds)
  const node = new AnsweringNode(t, xds, { id: 'node-1', cluster: 'edge' })
  const nacked = Promise.withResolvers<void>()
  node.answer = () => {
    nacked.resolve()
    return { nack: 'never' }
  }
  await nacked.promise
  const operator = { authorization: `Bearer ${await readToken(tokensFile ?? '', 'operator')}` }
  t.match(await putLb(adminUrl, { mode: 'l4' }, operator), { status: 409, outcome: 'nacked' })
  await close()
  t.match(await readFile(join(stateFolder, 'nacks.jsonl'), 'utf8'), /"node":"node-1"/)
})

t.test('X6: a NACK log that cannot be written is a fault, and the NACK counts', async (t) => {
  const stateFolder = testFolder(t)
  const fault = Promise.withResolvers<unknown>()
  const { adminUrl, xdsAddress, tokensFile, close } = await startControlPlane({
    config: sampleWith({}),
    ...FREE,
    stateFolder,
    onFault: fault.resolve,
  })
  t.teardown(close)
  await rm(join(stateFolder, 'nacks.jsonl'))
  await mkdir(join(stateFolder, 'nacks.jsonl'))
  new AnsweringNode(t, xdsAddress, { id: 'node-1', cluster: 'edge', answer: { nack: 'never' } })
  t.match(await fault.promise, { code: 'internal', message: /the NACK log cannot be written.*EISDIR/ })
  const operator = { authorization: `Bearer ${await readToken(tokensFile ?? '', 'operator')}` }
  t.match(await putLb(adminUrl, { mode: 'l4' }, operator), { status: 409, outcome: 'nacked' })
})

t.test('where a port is in use, the start fails with its address and leaves nothing behind', async (t) => {
  const config = sampleWith({})
  const taken = await takenAddress(t)
  const inUse = { code: 'address-in-use', message: new RegExp(taken) }
  await t.rejects(startControlPlane({ config, ...FREE, xds: taken }), inUse)

  const { xdsAddress: xds, close } = await startControlPlane({ config, ...FREE })
  await close()
  await t.rejects(startControlPlane({ config, xds, admin: taken }), inUse)
  const again = await startControlPlane({ config, ...FREE, xds })
  t.equal(again.xdsAddress, xds)
  await again.close()
})
