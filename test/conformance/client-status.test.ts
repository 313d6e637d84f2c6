// CSDS of the server: what it says of each client and resource, whom it tells, and what it hides.

import { create, fromBinary, type MessageInitShape } from '@bufbuild/protobuf'
import { ClientResourceStatus } from '@envoy/xds-protos/envoy/admin/v3/config_dump_shared_pb.js'
import { ClusterSchema } from '@envoy/xds-protos/envoy/config/cluster/v3/cluster_pb.js'
import { ListenerSchema } from '@envoy/xds-protos/envoy/config/listener/v3/listener_pb.js'
import { SecretSchema } from '@envoy/xds-protos/envoy/extensions/transport_sockets/tls/v3/secret_pb.js'
import {
  type ClientConfig,
  ClientStatusDiscoveryService,
  type ClientStatusRequestSchema,
  ConfigStatus,
} from '@envoy/xds-protos/envoy/service/status/v3/csds_pb.js'
import { status } from '@grpc/grpc-js'
import t, { type Test } from 'tap'
import { createClient } from '../../services/rpc/index.ts'
import {
  type Authorize,
  CLUSTER,
  LISTENER,
  type ResourceInput,
  SECRET,
  type Snapshot,
} from '../../xds-server/index.ts'
import { conform, everywhere, nextEvent, onAds, openSession } from '../support/conformance.ts'
import { cluster } from '../support/resources.ts'
import type { Variant } from '../support/wire-client.ts'

type Request = MessageInitShape<typeof ClientStatusRequestSchema>

/** Asks the server of a session. */
function ask(t: Test, address: string, request: Request = {}) {
  const client = createClient(ClientStatusDiscoveryService, address)
  t.teardown(() => client.close())
  return client.fetchClientStatus(request)
}

const idMatcher = (value: string): Request => ({
  nodeMatchers: [{ nodeId: { matchPattern: { case: 'exact', value } } }],
})

/** The state of each resource, as `name CONFIG_STATUS CLIENT_STATUS`. */
function statesIn(configs: readonly ClientConfig[]): readonly string[] {
  return configs.flatMap(({ genericXdsConfigs }) =>
    genericXdsConfigs.map(
      ({ name, configStatus, clientStatus }) =>
        `${name} ${ConfigStatus[configStatus]} ${ClientResourceStatus[clientStatus]}`,
    ),
  )
}

const withStatus = { clientStatus: true } as const

conform(
  'P22: a resource is STALE until its ACK, SYNCED after it, ERROR after a NACK, and NOT_SENT if nobody has it',
  everywhere,
  async (t, { variant, client, serve, server, untaken }) => {
    serve(cluster('a'), cluster('b'))
    client.subscribe(CLUSTER, 'a', 'b', 'c')
    const first = await client.next(CLUSTER)
    t.strictSame(statesIn((await ask(t, server.address)).config), [
      'a STALE REQUESTED',
      'b STALE REQUESTED',
      // Delta tells the client that there is no "c", and SotW leaves it out.
      `c ${variant.protocol === 'delta' ? 'STALE' : 'NOT_SENT'} DOES_NOT_EXIST`,
    ])
    client.answer(first)
    await untaken()
    const { config } = await ask(t, server.address)
    t.strictSame(statesIn(config), ['a SYNCED ACKED', 'b SYNCED ACKED', 'c NOT_SENT DOES_NOT_EXIST'])
    t.match(config, [{ node: { id: 'edge-1' } }])
    const acked = config[0]?.genericXdsConfigs[0]?.versionInfo
    t.ok(acked, 'it has a version')
    serve(cluster('a'), cluster('b', 9))
    await client.take(CLUSTER, 'no 9 in b')
    await untaken()
    const after = (await ask(t, server.address)).config
    t.strictSame(statesIn(after), ['a SYNCED ACKED', 'b ERROR NACKED', 'c NOT_SENT DOES_NOT_EXIST'])
    const b = after[0]?.genericXdsConfigs[1]
    t.match(b?.errorState, { details: 'no 9 in b' })
    t.not(b?.errorState?.versionInfo, b?.versionInfo, 'the NACKed version is another than the ACKed one')
    const [has, failed] = [b?.xdsConfig, b?.errorState?.failedConfiguration].map(
      (any) => any && fromBinary(ClusterSchema, any.value),
    )
    t.same(has, cluster('b'))
    t.same(failed, cluster('b', 9))
  },
  withStatus,
)

conform(
  'P22: without contents there are states and no resources',
  onAds,
  async (t, { client, serve, server, untaken }) => {
    serve(cluster('a'))
    client.subscribe(CLUSTER, 'a')
    await client.take(CLUSTER)
    await untaken()
    const { config } = await ask(t, server.address, { excludeResourceContents: true })
    t.strictSame(statesIn(config), ['a SYNCED ACKED'])
    t.equal(config[0]?.genericXdsConfigs[0]?.xdsConfig, undefined)
    t.ok((await ask(t, server.address)).config[0]?.genericXdsConfigs[0]?.xdsConfig)
  },
  withStatus,
)

const DELTA: Variant = { title: 'delta over ADS', protocol: 'delta', aggregated: true }

/** A session whose client has ACKed some resources of a type. */
async function acked(
  t: Test,
  typeUrl: string,
  resources: readonly ResourceInput[],
  options: {
    readonly clientStatus?: true | { readonly authorize: Authorize }
    readonly authorize?: Authorize
  } = withStatus,
) {
  const session = await openSession(t, DELTA, options)
  session.serve(...resources)
  session.client.subscribe(typeUrl, ...resources.map((one) => (one as unknown as { name: string }).name))
  await session.client.take(typeUrl)
  await session.untaken()
  return session
}

t.test('P22: node matchers choose the clients', async (t) => {
  const { server } = await acked(t, CLUSTER, [cluster('a')])
  t.equal((await ask(t, server.address, idMatcher('edge-1'))).config.length, 1)
  t.strictSame((await ask(t, server.address, idMatcher('edge-2'))).config, [])
  const regex = {
    nodeMatchers: [{ nodeId: { matchPattern: { case: 'safeRegex' as const, value: { regex: '.' } } } }],
  }
  await t.rejects(ask(t, server.address, regex), {
    code: status.INVALID_ARGUMENT,
    message: /use exact, prefix/,
  })
})

t.test('P22: the stream answers each request once', async (t) => {
  const { server } = await acked(t, CLUSTER, [cluster('a')])
  const client = createClient(ClientStatusDiscoveryService, server.address)
  t.teardown(() => client.close())
  const counts: number[] = []
  for await (const { config } of client.streamClientStatus([{}, idMatcher('edge-2'), {}])) {
    counts.push(config.length)
  }
  t.strictSame(counts, [1, 0, 1])
})

t.test('P22: a secret is redacted', async (t) => {
  const key = { specifier: { case: 'inlineString' as const, value: 'hidden' } }
  const chain = { specifier: { case: 'inlineString' as const, value: 'public' } }
  const secret = create(SecretSchema, {
    name: 'edge',
    type: { case: 'tlsCertificate', value: { privateKey: key, certificateChain: chain } },
  })
  const { server } = await acked(t, SECRET, [secret])
  const [client] = (await ask(t, server.address)).config
  const bytes = client?.genericXdsConfigs[0]?.xdsConfig?.value ?? new Uint8Array()
  t.notMatch(Buffer.from(bytes).toString('latin1'), 'hidden')
  t.match(fromBinary(SecretSchema, bytes).type.value, {
    certificateChain: { specifier: { value: 'public' } },
  })
})

t.test(
  'P22: a peer sees the nodes that it may be served as, or those of a function of its own',
  async (t) => {
    const others: Authorize = (_peer, { id }) => (id === 'edge-1' ? undefined : 'no')
    const nobody: Authorize = (_peer, { id }) => `not ${id}`
    const everybody: Authorize = () => undefined
    const same = await acked(t, CLUSTER, [cluster('a')], { authorize: others, clientStatus: true })
    t.equal((await ask(t, same.server.address)).config.length, 1)
    const denied = await acked(t, CLUSTER, [cluster('a')], { clientStatus: { authorize: nobody } })
    await t.rejects(ask(t, denied.server.address), { code: status.PERMISSION_DENIED, message: /not edge-1/ })
    t.match(denied.events.at(-1), { kind: 'rejected', code: status.PERMISSION_DENIED, message: 'not edge-1' })
    t.strictSame(
      (await ask(t, denied.server.address, idMatcher('edge-2'))).config,
      [],
      'there is nobody to hide',
    )
    const allowed = await acked(t, CLUSTER, [cluster('a')], { clientStatus: { authorize: everybody } })
    t.equal((await ask(t, allowed.server.address)).config.length, 1)
  },
)

t.test('P22: an option that throws is a fault of the server, and the server goes on', async (t) => {
  let isBroken = true
  const authorize: Authorize = () => {
    if (isBroken) throw new Error('broken')
    return undefined
  }
  const { server, events } = await acked(t, CLUSTER, [cluster('a')], { clientStatus: { authorize } })
  await t.rejects(ask(t, server.address), { code: status.INTERNAL, message: /see its "fault" event/ })
  t.match(events.at(-1), { kind: 'fault', source: 'authorize', error: { message: 'broken' } })
  isBroken = false
  t.equal((await ask(t, server.address)).config.length, 1)
})

t.test('P22: it is not served unless it is asked for', async (t) => {
  const { server } = await acked(t, CLUSTER, [cluster('a')], {})
  await t.rejects(ask(t, server.address), { code: status.UNIMPLEMENTED })
})

t.test('P22: what a node is served has its own address, and is gone with the node', async (t) => {
  const { cache, client, serve, untaken } = await openSession(t, DELTA)
  const listener = create(ListenerSchema, {
    name: 'main',
    address: {
      address: { case: 'socketAddress', value: { portSpecifier: { case: 'portValue', value: 1 } } },
    },
  })
  serve(listener)
  t.equal(cache.nodeSnapshot('fleet', 'edge-1'), undefined, 'it is not connected yet')
  client.subscribe(LISTENER, 'main')
  await client.take(LISTENER)
  await untaken()
  const addressIn = (snapshot: Snapshot | undefined) => {
    const value = snapshot?.types.get(LISTENER)?.resources.get('main')?.value
    const where = value && fromBinary(ListenerSchema, value).address?.address
    return where?.case === 'socketAddress' ? where.value.address : undefined
  }
  t.equal(addressIn(cache.getSnapshot('fleet')), '')
  t.equal(addressIn(cache.nodeSnapshot('fleet', 'edge-1')), '127.0.0.1')
  t.equal(cache.nodeSnapshot('fleet', 'edge-2'), undefined)
  const closed = nextEvent(cache, ({ kind }) => kind === 'closed')
  client.close()
  await closed
  t.equal(cache.nodeSnapshot('fleet', 'edge-1'), undefined)
})
