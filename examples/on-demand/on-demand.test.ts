// The example as a process, and a real gRPC client that dials services by name.

import { EchoService } from '@envoy/xds-protos/switchyard/echo/v1/echo_pb.js'
import { register } from '@grpc/grpc-js-xds'
import t from 'tap'
import { startBackend } from '../../services/backend-server.ts'
import { createClient } from '../../services/rpc/index.ts'
import { startExample } from '../../test/support/example-process.ts'
import { connectTo, DeltaClient, nodeOf } from '../../test/support/xds-client.ts'
import { LISTENER } from '../../xds-server/index.ts'

register()

t.test('a client that asks for more names than an event lists gets all of them', async (t) => {
  const names = Array.from({ length: 250 }, (_, index) => `service-${index}`)
  const example = startExample(t, 'on-demand', '127.0.0.1:0', ...names.map((name) => `${name}=50051`))
  const [, address = ''] = await example.untilLine(/^xDS on (\S+)$/)
  const client = new DeltaClient(connectTo(t, address))
  client.send({ node: nodeOf('caller-1'), typeUrl: LISTENER, resourceNamesSubscribe: names })
  const received = new Set<string>()
  while (received.size < names.length) {
    const response = await client.next()
    for (const { name } of response.resources) received.add(name)
    client.ack(response)
  }
  t.strictSame([...received].sort(), names.sort())
})

t.test('a service gets its resources when a client dials it', async (t) => {
  const services: string[] = []
  for (const id of ['orders', 'payments']) {
    const backend = await startBackend({ id, listen: { host: '127.0.0.1', port: 0 }, latencyMs: 0 })
    t.teardown(() => backend.close())
    services.push(`${id}=${backend.address.split(':').at(-1)}`)
  }
  const example = startExample(t, 'on-demand', '127.0.0.1:0', ...services)
  const [, address = ''] = await example.untilLine(/^xDS on (\S+)$/)
  const bootstrap = {
    xds_servers: [{ server_uri: address, channel_creds: [{ type: 'insecure' }] }],
    node: { id: 'caller-1', locality: {} },
  }
  for (const service of ['payments', 'orders']) {
    const client = createClient(EchoService, `xds:///${service}`, {
      // A bootstrap of its own, instead of the one of the process.
      options: { 'grpc.TEST_ONLY_DO_NOT_USE_IN_PROD.xds_bootstrap_config': JSON.stringify(bootstrap) },
    })
    t.teardown(() => client.close())
    t.match(await client.unary({}), { backendId: service })
    await example.untilLine(new RegExp(`^caller-1 asks for ${service}$`))
  }
})
