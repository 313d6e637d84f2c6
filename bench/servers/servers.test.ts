// The benchmark's servers serve and change their resources. Checked with our own client, without Go.

import t from 'tap'
import { ProcessGroup } from '../../processes/process-group.ts'
import { connectTo, DeltaClient, nodeOf } from '../../test/support/xds-client.ts'
import { CLUSTER, ENDPOINT } from '../../xds-server/index.ts'
import { startServer } from '../harness/servers.ts'

const NO_TOOLS = { peer: '', swarm: '' }

for (const name of ['switchyard', 'floor', 'http2'] as const) {
  t.test(`${name} serves its clusters, and a bump changes the endpoints of one`, async (t) => {
    const group = new ProcessGroup()
    t.teardown(() => group.stop())
    const server = await startServer(group, NO_TOOLS, name, 3)
    const client = new DeltaClient(connectTo(t, server.xds))
    client.send({ node: nodeOf('n'), typeUrl: CLUSTER })
    const clusters = await client.next()
    const names = clusters.resources.map((resource) => resource.name)
    t.same(names, ['cluster-00000', 'cluster-00001', 'cluster-00002'])
    client.ack(clusters)
    client.send({ typeUrl: ENDPOINT, resourceNamesSubscribe: names })
    const before = await client.next()
    t.equal(before.resources.length, 3)
    client.ack(before)
    t.equal((await fetch(server.bumpUrl, { method: 'POST' })).status, 200)
    const { resources, typeUrl } = await client.next()
    t.equal(typeUrl, ENDPOINT)
    t.equal(resources.length, 1)
    const old = before.resources.find((resource) => resource.name === resources[0]?.name)
    t.not(resources[0]?.version, old?.version)
    client.close()
  })
}
