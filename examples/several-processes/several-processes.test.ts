// The example as processes, a real Envoy, and clients of ours that the processes share.

import t from 'tap'
import { freePort } from '../../processes/free-port.ts'
import { fetchText, startExample, startHttpBackend } from '../../test/support/example-process.ts'
import { startEnvoy } from '../../test/support/real-envoy.ts'
import { connectTo, DeltaClient, nodeOf } from '../../test/support/xds-client.ts'
import { CLUSTER, ENDPOINT } from '../../xds-server/index.ts'

t.test('processes share the clients and the content, and one that ends is replaced', async (t) => {
  const [port, xdsPort] = [await freePort(), await freePort()]
  const [blue, green] = [await startHttpBackend(t, 'blue'), await startHttpBackend(t, 'green')]
  const example = startExample(t, 'several-processes', `127.0.0.1:${xdsPort}`, `${port}`, `${blue}`, '0', '2')
  const [, address = ''] = await example.untilLine(/^xDS on (\S+)$/)
  const [, admin = ''] = await example.untilLine(/^admin on (\S+)$/)
  const envoy = await startEnvoy(t, address, 'delta', { cluster: 'edge', nodeId: 'envoy' })
  await example.untilLine(/^envoy is served by process (\d+)$/)
  await envoy.admin.waitUntilLive()
  const url = `http://127.0.0.1:${port}/`
  t.equal(await fetchText(url), 'blue')

  const node = { ...nodeOf('moving'), cluster: 'edge' }
  const isServedBy = async () => (await example.untilLine(/^moving is served by process (\d+)$/))[1] ?? ''
  const before = new DeltaClient(connectTo(t, address))
  before.send({ node, typeUrl: CLUSTER })
  const clusters = await before.next()
  before.ack(clusters)
  const initialResourceVersions = Object.fromEntries(
    clusters.resources.map(({ name, version }) => [name, version]),
  )
  const one = await isServedBy()
  before.close()
  let other = one
  // The kernel chooses by chance. That it chooses one of two processes 40 times has a chance of one in 2⁴⁰.
  for (let attempt = 0; other === one && attempt < 40; attempt += 1) {
    const client = new DeltaClient(connectTo(t, address))
    client.send({ node, typeUrl: CLUSTER, initialResourceVersions })
    client.send({ typeUrl: ENDPOINT, resourceNamesSubscribe: ['backend'] })
    t.equal((await client.next()).typeUrl, ENDPOINT, 'clusters that it has are not sent again')
    other = await isServedBy()
    client.close()
  }
  t.not(other, one, 'both processes serve')

  const put = async (endpoint: number) =>
    (await (await fetch(`http://${admin}/${endpoint}`, { method: 'PUT' })).text()).split('\n').sort()
  t.match((await put(green)).join(), /envoy SYNCED/)
  t.equal(await fetchText(url), 'green', 'the process of the Envoy has the change')

  for (const pid of [one, other]) process.kill(Number(pid), 'SIGKILL')
  const [, third = ''] = await example.untilLine(/^envoy is served by process (\d+)$/)
  t.notOk([one, other].includes(third), 'another process serves instead of those that ended')
  t.match((await put(blue)).join(), /envoy SYNCED/)
  t.equal(await fetchText(url), 'blue')
})
