// Real gRPC clients (grpc-js-xds) that get their routes, clusters and endpoints from the server, and call meanwhile.

import { EchoService } from '@envoy/xds-protos/switchyard/echo/v1/echo_pb.js'
import { register } from '@grpc/grpc-js-xds'
import t, { type Test } from 'tap'
import { freePort } from '../../processes/free-port.ts'
import { startBackend } from '../../services/backend-server.ts'
import { createClient } from '../../services/rpc/index.ts'
import {
  CLUSTER,
  LISTENER,
  type ResourceInput,
  ROUTE,
  SnapshotCache,
  startXdsServer,
  type XdsServerOptions,
} from '../../xds-server/index.ts'
import { nextEvent } from '../support/conformance.ts'
import {
  apiListener,
  badCluster,
  cluster,
  localAssignment,
  routes,
  tcpListener,
} from '../support/resources.ts'

const SERVICE = 'echo'
const GROUP = 'callers'
const SWAPS = 20
/** To each of the two clusters. Clients wait a second before they connect again. */
const RESTARTS = 2
const CONCURRENT_CALLS = 4

register()

type Name = 'a' | 'b'
const other = (name: Name): Name => (name === 'a' ? 'b' : 'a')

/** Backends "a" and "b", a client of an xDS server, and what the server serves. */
async function start(t: Test, options: Partial<XdsServerOptions> = {}) {
  const ports = new Map<Name, number>()
  for (const id of ['a', 'b'] as const) {
    const backend = await startBackend({ id, listen: { host: '127.0.0.1', port: 0 }, latencyMs: 0 })
    t.teardown(() => backend.close())
    ports.set(id, Number(backend.address.split(':').at(-1)))
  }
  const resourcesTo = (name: Name) => {
    return [
      apiListener(SERVICE),
      routes(SERVICE, name),
      cluster(name),
      localAssignment(name, ports.get(name) ?? 0),
    ]
  }
  const cache = new SnapshotCache({ consistency: 'enforce' })
  cache.setSnapshot(GROUP, resourcesTo('a'))
  // Not port 0: while a server restarts, the kernel could give its port to somebody else.
  const server = await startXdsServer({ cache, address: `127.0.0.1:${await freePort()}`, ...options })
  t.teardown(() => server.close())
  const load = startCalls(t, server.address)
  await load.untilAnsweredBy('a')
  return { cache, server, load, resourcesTo }
}

interface Caller {
  /** What it calls. */
  readonly service?: string
  readonly node?: string
  /** What its bootstrap says of the server. */
  readonly features?: readonly string[]
  /** It uses the bootstrap of the process. Callers with it share one xDS client, and its stream. */
  readonly isShared?: boolean
}

/** Calls until the test ends. */
function startCalls(t: Test, xdsAddress: string, caller: Caller = {}) {
  const { service = SERVICE, node = 'caller-1', features = [], isShared = false } = caller
  const bootstrap = {
    xds_servers: [
      { server_uri: xdsAddress, channel_creds: [{ type: 'insecure' }], server_features: features },
    ],
    node: { id: node, cluster: GROUP, locality: {} },
  }
  const config = JSON.stringify(bootstrap)
  if (isShared) process.env.GRPC_XDS_BOOTSTRAP_CONFIG = config
  const client = createClient(EchoService, `xds:///${service}`, {
    options: isShared ? {} : { 'grpc.TEST_ONLY_DO_NOT_USE_IN_PROD.xds_bootstrap_config': config },
  })
  const failures: string[] = []
  let calls = 0
  let isRunning = true
  let onAnswer = (_id: string) => {}
  let onFailure = (_message: string) => {}
  const call = async () => {
    while (isRunning) {
      calls += 1
      await client.unary({}).then(
        ({ backendId }) => onAnswer(backendId),
        (error: Error) => {
          failures.push(error.message)
          onFailure(error.message)
          // Without a pause, calls that fail at once would keep the client from reading what it is sent.
          return new Promise(setImmediate)
        },
      )
    }
  }
  const running = Promise.all(Array.from({ length: CONCURRENT_CALLS }, call))
  const stop = async () => {
    isRunning = false
    await running
    client.close()
    return { calls, failures }
  }
  t.teardown(stop)
  return {
    stop,
    untilAnsweredBy: (id: Name) =>
      new Promise<void>((resolve) => {
        onAnswer = (answered) => answered === id && resolve()
      }),
    untilFailed: () =>
      new Promise<string>((resolve) => {
        onFailure = resolve
      }),
  }
}

t.test(
  `X43: ${SWAPS} times another cluster takes the place of the one in use, and no call fails`,
  async (t) => {
    const { cache, load, resourcesTo } = await start(t)
    let name: Name = 'a'
    for (let swap = 0; swap < SWAPS; swap += 1) {
      name = other(name)
      cache.setSnapshot(GROUP, resourcesTo(name))
      await load.untilAnsweredBy(name)
    }
    const { calls, failures } = await load.stop()
    t.comment(`${calls} calls`)
    t.same(failures, [])
  },
)

t.test('X43: the same as soon as the client has ACKed the route to the cluster before', async (t) => {
  const { cache, load, resourcesTo } = await start(t)
  let name: Name = 'a'
  for (let swap = 0; swap < SWAPS; swap += 1) {
    name = other(name)
    // It has the route then, and asks for the route's cluster.
    const acked = nextEvent(cache, (event) => event.kind === 'acked' && event.typeUrl === ROUTE)
    cache.setSnapshot(GROUP, resourcesTo(name))
    await acked
  }
  await load.untilAnsweredBy(name)
  t.same((await load.stop()).failures, [])
})

// The client is at rest when the server ends. A client that has a route without its cluster by then fails calls: it takes the end of
// the stream for the cluster's error.
for (const keeps of [true, false]) {
  t.test(
    `X43: the server restarts with another cluster in ${keeps ? 'its' : 'a new'} cache, and no call fails`,
    async (t) => {
      const { load, resourcesTo, ...before } = await start(t)
      let { cache, server } = before
      let name: Name = 'a'
      for (let restart = 0; restart < RESTARTS; restart += 1) {
        await server.close()
        if (!keeps) cache = new SnapshotCache({ consistency: 'enforce' })
        name = other(name)
        cache.setSnapshot(GROUP, resourcesTo(name))
        server = await startXdsServer({ cache, address: server.address })
        t.teardown(server.close)
        await load.untilAnsweredBy(name)
      }
      t.same((await load.stop()).failures, [])
    },
  )
}

t.test('X81, X84: a gRPC client comes back without a failed call while its streams end', async (t) => {
  const { cache, server, load } = await start(t, {
    maxConnectionAge: { timeMs: 500, graceMs: 60_000 },
  })
  for (const reason of ['age', 'disconnected']) {
    const opened = nextEvent(cache, ({ kind }) => kind === 'opened')
    const closed = nextEvent(cache, ({ kind }) => kind === 'closed')
    if (reason === 'disconnected' && server.disconnect(GROUP, 'caller-1') === 0)
      t.comment('its age was sooner')
    t.match(await closed, { reason: /age|disconnected/ })
    await opened
    await load.untilAnsweredBy('a')
  }
  while (cache.nodeStatus(GROUP, 'caller-1').state !== 'SYNCED')
    await nextEvent(cache, ({ kind }) => kind === 'acked')
  t.same((await load.stop()).failures, [])
})

t.test('X44: a NACKed cluster that no route names any more holds nothing back', async (t) => {
  const { cache, load, resourcesTo } = await start(t)
  const nacked = nextEvent(cache, ({ kind }) => kind === 'nacked')
  const [listener, , ...a] = resourcesTo('a')
  if (listener === undefined) throw new Error('there is a listener')
  cache.setSnapshot(GROUP, [listener, routes(SERVICE, 'b'), ...a, badCluster('b')])
  await nacked
  t.equal(cache.status(GROUP)[0]?.types[CLUSTER]?.state, 'NACKED')
  cache.setSnapshot(GROUP, [listener, routes(SERVICE, 'a'), ...a, badCluster('b')])
  await load.untilAnsweredBy('a')
})

t.test('X40: what another listener goes through deletes none that a client uses', async (t) => {
  const { cache, server, resourcesTo } = await start(t)
  const all = (...listeners: ResourceInput[]) => [...resourcesTo('a'), routes('other', 'a'), ...listeners]
  const answered = (kind: 'acked' | 'nacked') =>
    nextEvent(
      cache,
      (event) => event.kind === kind && event.typeUrl === LISTENER && event.node === 'shared-1',
    )
  cache.setSnapshot(GROUP, all(apiListener('other')))
  const shared = { node: 'shared-1', isShared: true }
  const load = startCalls(t, server.address, shared)
  const other = startCalls(t, server.address, { ...shared, service: 'other' })
  await Promise.all([load.untilAnsweredBy('a'), other.untilAnsweredBy('a')])
  t.match(cache.nodeStatus(GROUP, 'shared-1'), {
    streams: { length: 1 },
    types: { [LISTENER]: { names: 2 } },
  })

  const nacked = answered('nacked')
  // gRPC wants an API listener.
  cache.setSnapshot(GROUP, all(tcpListener('other', 1, 'a')))
  await nacked
  await Promise.all([load.untilAnsweredBy('a'), other.untilAnsweredBy('a')])

  const acked = answered('acked')
  cache.setSnapshot(GROUP, all())
  await acked
  t.ok(await other.untilFailed(), 'the other is deleted when it is gone')
  await load.untilAnsweredBy('a')
  t.same((await load.stop()).failures, [])
})

t.test(
  'X40: a dropped listener fails calls, unless the bootstrap says ignore_resource_deletion',
  async (t) => {
    const { cache, server, load, resourcesTo } = await start(t)
    const keeps = startCalls(t, server.address, { node: 'caller-2', features: ['ignore_resource_deletion'] })
    await keeps.untilAnsweredBy('a')
    const [listener, ...rest] = resourcesTo('a')
    if (listener === undefined) throw new Error('there is a listener')
    const answers = ['caller-1', 'caller-2'].map((node) =>
      nextEvent(
        cache,
        (event) => event.kind === 'acked' && event.node === node && event.typeUrl === LISTENER,
      ),
    )
    cache.setSnapshot(GROUP, rest)
    await Promise.all(answers)
    await load.untilFailed()
    await keeps.untilAnsweredBy('a')
    const states = cache.status(GROUP).map(({ id, types }) => [id, types[LISTENER]?.state])
    t.same(
      states,
      [
        ['caller-1', 'MISSING'],
        ['caller-2', 'MISSING'],
      ],
      'the status shows who goes on without it',
    )
    t.same((await keeps.stop()).failures, [])
  },
)
