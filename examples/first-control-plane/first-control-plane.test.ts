// The example as a process, seen by an xDS client.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import t, { type Test } from 'tap'
import { wrapToDieWithParent } from '../../processes/die-with-parent.ts'
import { readSotw } from '../../test/support/wire-resources.ts'
import { connectTo, nodeOf, SotwClient } from '../../test/support/xds-client.ts'
import { CLUSTER, ENDPOINT, LISTENER, ROUTE } from '../../xds-server/index.ts'

const FILE = fileURLToPath(new URL('main.ts', import.meta.url))

async function startExample(t: Test) {
  const { command, args } = wrapToDieWithParent(process.execPath, [FILE, '127.0.0.1:0'])
  const example = spawn(command, args, { stdio: ['pipe', 'pipe', 'inherit'] })
  t.teardown(async () => {
    if (example.kill()) await once(example, 'exit')
  })
  const lines = createInterface({ input: example.stdout })[Symbol.asyncIterator]()
  const nextLine = async () => (await lines.next()).value ?? ''
  const [, address = ''] = /on (127\.0\.0\.1:\d+)$/.exec(await nextLine()) ?? []
  return { client: new SotwClient(connectTo(t, address)), nextLine }
}

t.test('a node of the group gets the four resources, and the ACK is printed', async (t) => {
  const { client, nextLine } = await startExample(t)
  for (const [typeUrl, name] of [
    [CLUSTER, 'backend'],
    [ENDPOINT, 'backend'],
    [LISTENER, 'web'],
    [ROUTE, 'web'],
  ] as const) {
    client.send({ typeUrl, node: nodeOf('envoy-1', 'edge'), resourceNames: [name] })
    const response = await client.next()
    t.equal(response.typeUrl, typeUrl)
    t.strictSame(
      readSotw(response).resources.map((one) => one.name),
      [name],
    )
    client.ack(response, [name])
  }
  t.match(await nextLine(), /^envoy-1 ACKed version \S+ of .+Cluster$/)
})

t.test('the text of a NACK is printed', async (t) => {
  const { client, nextLine } = await startExample(t)
  client.send({ typeUrl: CLUSTER, node: nodeOf('envoy-1', 'edge') })
  const { typeUrl, nonce } = await client.next()
  client.send({ typeUrl, responseNonce: nonce, errorDetail: { code: 3, message: 'no such cluster type' } })
  t.match(await nextLine(), /^envoy-1 NACKed version .+: no such cluster type$/)
})
