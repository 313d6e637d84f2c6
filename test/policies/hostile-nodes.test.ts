// Attacks on the xDS server by whoever can connect to it: each ends, costs little, and leaves honest nodes alone.

import { connect } from 'node:http2'
import { create, type MessageInitShape, toBinary } from '@bufbuild/protobuf'
import type { NodeSchema } from '@envoy/xds-protos/envoy/config/core/v3/base_pb.js'
import { DeltaDiscoveryRequestSchema } from '@envoy/xds-protos/envoy/service/discovery/v3/discovery_pb.js'
import {
  experimental,
  type Metadata,
  ServerCredentials,
  ServerInterceptingCall,
  type ServerInterceptor,
  ServerListenerBuilder,
  status,
} from '@grpc/grpc-js'
import t, { type Test } from 'tap'
import { CLUSTER, SnapshotCache, startXdsServer } from '../../xds-server/index.ts'
import { startControlPlaneProcess } from '../support/exposed-servers.ts'
import { peakMemoryMib } from '../support/process-cost.ts'
import { until } from '../support/until.ts'
import { untilEnded } from '../support/until-ended.ts'
import { ADS, connectTo, DeltaClient, nodeOf, RawStream } from '../support/xds-client.ts'

type HostileNode = MessageInitShape<typeof NodeSchema>

const KIB = 1024
const MIB = 1024 * KIB
const server = await startControlPlaneProcess(t)

const at = (address: string): HostileNode => ({
  ...nodeOf('edge-1', 'edge'),
  metadata: { switchyard: { listener_address: address } },
})

/** Opens streams on one connection, one after the other. @returns how often each status ended one of them */
async function statusesOf(t: Test, nodes: Iterable<HostileNode>): Promise<Readonly<Record<string, number>>> {
  const channel = connectTo(t, server.address)
  const counts: Record<string, number> = {}
  for (const node of nodes) {
    const stream = new RawStream(channel, ADS.delta)
    const request = create(DeltaDiscoveryRequestSchema, { node, typeUrl: CLUSTER })
    stream.send(toBinary(DeltaDiscoveryRequestSchema, request))
    const outcome = await Promise.race([stream.ended.then(({ code }) => status[code]), stream.next()])
    const name = typeof outcome === 'string' ? outcome : 'served'
    counts[name] = (counts[name] ?? 0) + 1
    stream.close()
  }
  return counts
}

async function statusText(): Promise<string> {
  return await (await fetch(`${server.rest}/v1/status`)).text()
}

async function statusBytes(): Promise<number> {
  return Buffer.byteLength(await statusText())
}

t.test('S58: listener addresses that clients make up are rejected and leave nothing behind', async (t) => {
  const [memory, bytes] = [peakMemoryMib(server.pid), await statusBytes()]
  const made = function* () {
    for (let stream = 0; stream < 1_000; stream += 1) yield at(`${stream}`.padEnd(128 * KIB, 'a'))
    for (let stream = 0; stream < 8; stream += 1) yield at(`${stream}`.padEnd(2 * MIB, 'a'))
  }
  t.same(await statusesOf(t, made()), { INVALID_ARGUMENT: 1_008 })
  const grown = peakMemoryMib(server.pid) - memory
  t.ok(grown < 192, `memory grew by ${grown.toFixed(0)} MiB, for 141 MiB of addresses`)
  t.equal(await statusBytes(), bytes, 'the status has nothing of them')
  t.same(await statusesOf(t, [at('127.0.3.7'), at('::1')]), { served: 2 }, 'twin: IP addresses')
})

t.test('S58: a node has as many bytes in the status as it may have names', async (t) => {
  const long = { ...nodeOf('n'.repeat(257), 'edge') }
  t.same(await statusesOf(t, [long, nodeOf('edge-1', 'f'.repeat(257))]), { INVALID_ARGUMENT: 2 })

  const before = await statusBytes()
  const client = new DeltaClient(connectTo(t, server.address))
  const node = { ...nodeOf('n'.repeat(256), 'edge'), userAgentName: 'u'.repeat(256) }
  const names = Array.from({ length: 200 }, (_, index) => `${index}`.padEnd(8 * KIB, 'x'))
  client.send({ node, typeUrl: CLUSTER, resourceNamesSubscribe: names })
  const { nonce } = await client.next()
  const errorDetail = { code: status.INVALID_ARGUMENT, message: 'e'.repeat(8 * MIB) }
  client.send({ typeUrl: CLUSTER, responseNonce: nonce, errorDetail })
  await until(async () => (await statusText()).includes('eeee'))
  const added = (await statusBytes()) - before
  t.ok(added > 8 * KIB, 'twin: the status has the node')
  t.ok(added < MIB, `${added} bytes, for 10 MiB of names and text`)
  client.close()
})

t.test('S53: the xDS server decodes at most 100 values of binary metadata under one name', async (t) => {
  const seen: Metadata[] = []
  const record: ServerInterceptor = (_method, call) =>
    new ServerInterceptingCall(call, {
      start: (next) =>
        next(
          new ServerListenerBuilder()
            .withOnReceiveMetadata((metadata, onward) => {
              seen.push(metadata)
              onward(metadata)
            })
            .build(),
        ),
    })
  const credentials = experimental.createServerCredentialsWithInterceptors(
    ServerCredentials.createInsecure(),
    [record],
  )
  const { address, close } = await startXdsServer({
    cache: new SnapshotCache(),
    address: '127.0.0.1:0',
    credentials,
  })
  t.teardown(close)
  const session = connect(`http://${address}`)
  t.teardown(() => session.destroy())
  const valuesOf = async (sent: string) => {
    const headers = {
      'content-type': 'application/grpc',
      te: 'trailers',
      'x-proof-bin': sent,
      'x-mine': 'a,b',
    }
    const stream = session.request({ ':method': 'POST', ':path': ADS.delta, ...headers })
    stream.end().resume()
    await untilEnded(stream)
    const metadata = seen.pop()
    t.same(metadata?.get('x-mine'), ['a,b'], 'other metadata stays')
    return metadata?.get('x-proof-bin').length
  }
  t.equal(await valuesOf(','.repeat(58_000)), 0, '58,000 commas')
  t.equal(await valuesOf(Array(101).fill('aGk=').join(',')), 0)
  t.equal(await valuesOf(Array(100).fill('aGk=').join(',')), 100, 'twin: 100 values')
})

t.test('honest nodes are served after all of it', async (t) => {
  await t.resolves(server.call())
})
