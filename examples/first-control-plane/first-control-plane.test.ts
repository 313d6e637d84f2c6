// The example as a process, seen by a real Envoy and by an xDS client that NACKs.

import t from 'tap'
import { freePort } from '../../processes/free-port.ts'
import { asInExamples } from '../../test/support/example-bootstrap.ts'
import { fetchText, startExample, startHttpBackend } from '../../test/support/example-process.ts'
import { startEnvoy } from '../../test/support/real-envoy.ts'
import { connectTo, nodeOf, SotwClient } from '../../test/support/xds-client.ts'
import { CLUSTER } from '../../xds-server/index.ts'

t.test(
  'an Envoy with the bootstrap of the examples ACKs the four types and routes to the backend',
  async (t) => {
    const [listenerPort, backendPort] = [await freePort(), await startHttpBackend(t, 'backend')]
    const example = startExample(t, 'first-control-plane', '127.0.0.1:0', `${listenerPort}`, `${backendPort}`)
    const [, address = ''] = await example.untilLine(/on (127\.0\.0\.1:\d+)$/)
    const envoy = await startEnvoy(t, address, 'delta', { edit: asInExamples(address) })
    for (const type of ['Cluster', 'ClusterLoadAssignment', 'Listener', 'RouteConfiguration']) {
      await example.untilLine(new RegExp(`^edge-1 ACKed version \\S+ of \\S+\\.${type}$`))
    }
    await envoy.admin.waitUntilLive()
    t.equal(await fetchText(`http://127.0.0.1:${listenerPort}/`), 'backend')
  },
)

t.test('the text of a NACK is printed', async (t) => {
  const example = startExample(t, 'first-control-plane', '127.0.0.1:0')
  const [, address = ''] = await example.untilLine(/on (127\.0\.0\.1:\d+)$/)
  const client = new SotwClient(connectTo(t, address))
  client.send({ typeUrl: CLUSTER, node: nodeOf('envoy-1', 'edge') })
  const { typeUrl, nonce } = await client.next()
  client.send({ typeUrl, responseNonce: nonce, errorDetail: { code: 3, message: 'no such cluster type' } })
  const line = await example.untilLine(/^envoy-1 NACKed/)
  t.match(line.input, /^envoy-1 NACKed version .+: no such cluster type$/)
})
