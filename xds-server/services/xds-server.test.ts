// A server over a real socket: its services, its options, and its end.

import { once } from 'node:events'
import { connect } from 'node:http2'
import { ClientStatusDiscoveryService } from '@envoy/xds-protos/envoy/service/status/v3/csds_pb.js'
import { status } from '@grpc/grpc-js'
import t, { type Test } from 'tap'
import { createClient } from '../../services/rpc/index.ts'
import { LoadClient } from '../../test/support/load-client.ts'
import { staticCluster } from '../../test/support/resources.ts'
import { TelemetryClient } from '../../test/support/telemetry-client.ts'
import { connectTo, DeltaClient, nodeOf } from '../../test/support/xds-client.ts'
import { SnapshotCache } from '../cache/snapshot-cache.ts'
import { LoadReports } from '../load-reports/load-reports.ts'
import { CLUSTER } from '../snapshot/resource-type.ts'
import type { XdsServerOptions } from './server-options.ts'
import { startXdsServer } from './xds-server.ts'

async function start(t: Test, options: Partial<XdsServerOptions> = {}) {
  const cache = new SnapshotCache()
  cache.setSnapshot('fleet', [staticCluster('a')])
  const server = await startXdsServer({ cache, address: '127.0.0.1:0', warmUp: false, ...options })
  t.teardown(() => server.close())
  return { cache, server, channel: connectTo(t, server.address) }
}

/** A client of a server that has its first response. */
async function openOn(channel: ReturnType<typeof connectTo>) {
  const client = new DeltaClient(channel)
  client.send({ node: nodeOf('n1'), typeUrl: CLUSTER })
  const response = await client.next()
  return { client, response, names: response.resources.map(({ name }) => name) }
}

t.test('a server serves xDS, and accepts reports of load', async (t) => {
  const { server, channel } = await start(t)
  t.match(server.address, /^127\.0\.0\.1:[1-9]\d*$/)
  const { client, names } = await openOn(channel)
  t.strictSame(names, ['a'])
  const loads = new LoadClient(channel)
  loads.send({ node: nodeOf('n1') })
  loads.raw.end()
  t.equal((await loads.raw.ended).code, status.OK)
  t.equal(server.disconnect('fleet', 'n2'), 0)
  t.equal(server.disconnect('fleet', 'n1'), 1)
  t.equal((await client.raw.ended).code, status.OK)
  const csds = createClient(ClientStatusDiscoveryService, server.address)
  t.teardown(() => csds.close())
  await t.rejects(csds.fetchClientStatus({}), { code: status.UNIMPLEMENTED })
})

t.test(
  'a server has the services that its options name, and asks one function who may use them',
  async (t) => {
    const path = '/example.v1.Metrics/Stream'
    const { promise: opened, resolve: open } = Promise.withResolvers<string>()
    const { promise: closed, resolve: close } = Promise.withResolvers<void>()
    const { server, channel } = await start(t, {
      loadReports: new LoadReports(),
      clientStatus: true,
      telemetry: [
        {
          path,
          open: ({ node }) => {
            open(node)
            return { take: () => {}, close }
          },
        },
      ],
      authorize: (_, { id }) => (id === 'n1' ? undefined : 'not you'),
    })
    const loads = new LoadClient(channel)
    loads.send({ node: nodeOf('n1') })
    t.ok((await loads.next()).sendAllClusters)
    const telemetry = new TelemetryClient(channel, path)
    telemetry.introduce('n1')
    t.equal(await opened, 'n1')
    await openOn(channel)
    const csds = createClient(ClientStatusDiscoveryService, server.address)
    t.teardown(() => csds.close())
    const { config } = await csds.fetchClientStatus({})
    t.match(config, [{ node: { id: 'n1' }, genericXdsConfigs: [{ name: 'a' }] }])
    const strangers = {
      loads: new LoadClient(channel),
      client: new DeltaClient(channel),
      telemetry: new TelemetryClient(channel, path),
    }
    strangers.loads.send({ node: nodeOf('n2') })
    strangers.client.send({ node: nodeOf('n2'), typeUrl: CLUSTER })
    strangers.telemetry.introduce('n2')
    for (const { raw } of Object.values(strangers))
      t.match(await raw.ended, { code: status.PERMISSION_DENIED, details: 'not you' })
    t.equal(server.disconnect('fleet', 'n1'), 3)
    await closed
  },
)

t.test('X85: the limits of the options count', async (t) => {
  const { channel } = await start(t, { limits: { streams: 1 }, maxRequestBytes: 1_000 })
  const { client } = await openOn(channel)
  const second = new DeltaClient(channel)
  second.send({ node: nodeOf('n1'), typeUrl: CLUSTER })
  t.equal((await second.raw.ended).code, status.RESOURCE_EXHAUSTED)
  client.send({ resourceNamesSubscribe: ['x'.repeat(1_000)] })
  t.match(await client.raw.ended, { code: status.RESOURCE_EXHAUSTED, details: /larger than max/ })
})

t.test('X83: a close ends the streams, and says what is wrong with its options', async (t) => {
  const { cache, server, channel } = await start(t)
  const { client } = await openOn(channel)
  const { promise: reason, resolve } = Promise.withResolvers<unknown>()
  cache.onEvent((event) => event.kind === 'closed' && resolve(event.reason))
  await t.rejects(server.close({ graceMs: Number.NaN }), { code: 'invalid-argument' })
  await server.close()
  t.equal(await reason, 'shutdown')
  await client.raw.ended
})

t.test('a first request has to come in time, also of a call that has no other', async (t) => {
  const { server } = await start(t, { introductionTimeoutMs: 100, clientStatus: true })
  const session = connect(`http://${server.address}`)
  session.on('error', () => {})
  t.teardown(() => session.destroy())
  const messageOf = async (method: string) => {
    const stream = session.request({
      ':method': 'POST',
      ':path': `/${ClientStatusDiscoveryService.typeName}/${method}`,
      'content-type': 'application/grpc',
      te: 'trailers',
    })
    const messages: unknown[] = []
    for (const event of ['response', 'trailers'])
      stream.on(event, (headers) => messages.push(headers['grpc-message']))
    stream.resume()
    await once(stream, 'end')
    return messages.find((message) => message !== undefined)
  }
  const messages = await Promise.all(['FetchClientStatus', 'StreamClientStatus'].map(messageOf))
  const expected = 'no%20request%20arrived%20within%20200%20ms'
  t.strictSame(messages, [expected, expected])
})

t.test('what is wrong with the options is said before anything starts', async (t) => {
  await t.rejects(start(t, { drainTimeMs: -1 }), {
    code: 'invalid-argument',
    message: /^the options of the xDS server are invalid:/,
    problems: [{ path: 'drainTimeMs' }],
  })
})
