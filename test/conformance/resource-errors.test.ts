// Why a name is missing, on the wire: what clients get by their user agent, and what a real gRPC client makes of it.

import { fromBinary } from '@bufbuild/protobuf'
import {
  DeltaDiscoveryResponseSchema,
  DiscoveryResponseSchema,
  type ResourceError as ErrorOnWire,
} from '@envoy/xds-protos/envoy/service/discovery/v3/discovery_pb.js'
import { status } from '@grpc/grpc-js'
import t, { type Test } from 'tap'
import { createGrpcBootstrap } from '../../envoy-bootstrap/grpc-bootstrap.ts'
import type { ServerFeature } from '../../envoy-bootstrap/grpc-support.ts'
import { startBackend } from '../../services/backend-server.ts'
import type { GrpcClientProcess } from '../../testbed/grpc-client-process.ts'
import {
  LISTENER,
  type ResourceError,
  ROUTE,
  SnapshotCache,
  startXdsServer,
  type XdsServerOptions,
} from '../../xds-server/index.ts'
import { nextEvent, startServer } from '../support/conformance.ts'
import { requireLanguage, startClient } from '../support/grpc-client.ts'
import { apiListener, cluster, localAssignment, routes } from '../support/resources.ts'
import { connectTo, DeltaClient, nodeOf, SotwClient } from '../support/xds-client.ts'

const { PERMISSION_DENIED, UNAVAILABLE } = status

function denied(typeUrl: string, name: string, message: string): ResourceError {
  return { typeUrl, name, code: PERMISSION_DENIED, message }
}

const textOf = ({ resourceName, errorDetail }: ErrorOnWire) =>
  `${resourceName?.name} ${errorDetail?.code} ${errorDetail?.message}`

const CLIENTS: readonly [
  userAgentName: string,
  resourceErrors: XdsServerOptions['resourceErrors'],
  reads: boolean,
][] = [
  ['gRPC C-core linux', undefined, true],
  ['envoy', undefined, false],
  ['envoy', 'all', true],
  ['gRPC Go', 'off', false],
]

for (const [userAgentName, resourceErrors, reads] of CLIENTS) {
  const title = `${userAgentName} gets ${reads ? 'the' : 'no'} errors with resourceErrors ${resourceErrors ?? 'as it is by default'}`
  const options = resourceErrors === undefined ? {} : { resourceErrors }
  const first = { ...nodeOf('n'), userAgentName }
  const expected = ['missing 7 not yours', 'unknown 5 group "fleet" has no RouteConfiguration "unknown"']
  const serve = (cache: SnapshotCache) =>
    cache.setSnapshot('fleet', [routes('here', 'a')], { errors: [denied(ROUTE, 'missing', 'not yours')] })

  t.test(`X75: ${title}, in SotW`, async (t) => {
    const { cache, server } = await startServer(t, options)
    serve(cache)
    const client = new SotwClient(connectTo(t, server.address))
    client.send({ node: first, typeUrl: ROUTE, resourceNames: ['missing', 'unknown', 'here'] })
    const { resources, resourceErrors } = await client.next()
    t.equal(resources.length, 1)
    t.same(resourceErrors.map(textOf), reads ? expected : [])
  })

  t.test(`X75: ${title}, in delta`, async (t) => {
    const { cache, server } = await startServer(t, options)
    serve(cache)
    const client = new DeltaClient(connectTo(t, server.address))
    client.send({ node: first, typeUrl: ROUTE, resourceNamesSubscribe: ['missing', 'unknown', 'here'] })
    const { resources, removedResources, resourceErrors } = await client.next()
    t.equal(resources.length, 1)
    t.same(removedResources, ['missing', 'unknown'])
    t.same(resourceErrors.map(textOf), reads ? expected : [])
  })
}

t.test(
  'X72: the responses of both protocols are those that protobuf reads, with nothing it does not know',
  async (t) => {
    const { cache, server } = await startServer(t, { resourceErrors: 'all' })
    cache.setSnapshot('fleet', [], { errors: [denied(ROUTE, 'a', 'no')] })
    const channel = connectTo(t, server.address)
    const sotw = new SotwClient(channel)
    sotw.send({ node: nodeOf('s'), typeUrl: ROUTE, resourceNames: ['a'] })
    const delta = new DeltaClient(channel)
    delta.send({ node: nodeOf('d'), typeUrl: ROUTE, resourceNamesSubscribe: ['a'] })
    t.same(fromBinary(DiscoveryResponseSchema, await sotw.raw.next()).$unknown, undefined)
    t.same(fromBinary(DeltaDiscoveryResponseSchema, await delta.raw.next()).$unknown, undefined)
  },
)

/** gRPC reads the errors only with this variable (gRFC A88). */
const READS_ERRORS = { GRPC_EXPERIMENTAL_XDS_DATA_ERROR_HANDLING: 'true' }

/** A backend, a server whose group has nothing yet, and a client of gRPC for Python, which is C-core. */
async function startCaller(t: Test, features: readonly ServerFeature[] = []) {
  const backend = await startBackend({ id: 'a', listen: { host: '127.0.0.1', port: 0 }, latencyMs: 0 })
  t.teardown(() => backend.close())
  const { cache, server } = await startServer(t)
  cache.setSnapshot('callers', [])
  const answered = nextEvent(cache, ({ kind }) => kind === 'acked')
  const language = 'python'
  const { config, environment } = createGrpcBootstrap({
    client: language,
    nodeId: 'caller-1',
    cluster: 'callers',
    xds: [{ address: server.address }],
    features,
  })
  const env = { ...environment, ...READS_ERRORS }
  const client = await startClient(t, { language, target: 'xds:///echo', bootstrap: config, env })
  const all = [
    apiListener('echo'),
    routes('echo', 'a'),
    cluster('a'),
    localAssignment('a', Number(backend.address.split(':').at(-1))),
  ]
  await answered
  return { cache, client, all }
}

/** How the calls end, once a call ends in this way. */
async function untilCallsEnd(client: GrpcClientProcess, way: RegExp): Promise<string> {
  for (;;) {
    const { codes, errors } = await client.calls(1, { concurrency: 1, deadlineMs: 60_000 })
    const [end = ''] = [...Object.keys(errors), ...Object.keys(codes)]
    if (way.test(end)) return end
  }
}

for (const [how, features] of [
  ['goes on with a listener', []],
  ['with fail_on_data_errors drops a listener', ['fail_on_data_errors']],
] as const) {
  t.test(
    `X40, X72: calls of a real gRPC client fail at once with the error's text, and it ${how} that is gone`,
    async (t) => {
      if (!requireLanguage(t, 'python')) return
      const { cache, client, all } = await startCaller(t, features)
      const serve = (resources: typeof all, ...errors: ResourceError[]) =>
        cache.setSnapshot('callers', resources, { errors })
      t.match(await untilCallsEnd(client, /group "callers" has no Listener "echo"/), /LDS resource echo/)
      serve([], denied(LISTENER, 'echo', 'echo is not for callers'))
      t.ok(await untilCallsEnd(client, /LDS resource echo: echo is not for callers/))
      const [listener] = all
      if (listener === undefined) throw new Error('there is a listener')
      serve([listener], { typeUrl: ROUTE, name: 'echo', code: UNAVAILABLE, message: 'routes are being made' })
      t.ok(await untilCallsEnd(client, /RDS resource echo: routes are being made/))
      serve(all)
      t.ok(await untilCallsEnd(client, /^OK$/))
      const told = nextEvent(cache, ({ kind }) => kind === 'acked')
      serve(all.slice(1), denied(LISTENER, 'echo', 'echo is closed'))
      await told
      const next = features.length === 0 ? /^OK$/ : /LDS resource echo: echo is closed/
      t.ok(await untilCallsEnd(client, next))
      serve(all)
      t.ok(await untilCallsEnd(client, /^OK$/))
    },
  )
}

/** A client may ask for any name. */
const LONG = 'n'.repeat(2_000)

t.test(
  'X75: explainMissing says why in the words of the control plane, and a fault of it ends the stream',
  async (t) => {
    const cache = new SnapshotCache({
      explainMissing: ({ group, name }) => {
        if (name === 'bad') throw new Error('no words')
        if (name === 'odd') return { code: 0.5, message: 'no status' }
        return name === 'plain' ? undefined : { code: 5, message: `${group} lacks ${name}` }
      },
    })
    cache.setSnapshot('fleet', [])
    const server = await startXdsServer({ cache, address: '127.0.0.1:0' })
    t.teardown(() => server.close())
    const client = new SotwClient(connectTo(t, server.address))
    client.send({
      node: { ...nodeOf('n'), userAgentName: 'gRPC' },
      typeUrl: ROUTE,
      resourceNames: ['own', 'plain', LONG],
    })
    const { resourceErrors } = await client.next()
    t.same(resourceErrors.map(textOf), [
      'own 5 fleet lacks own',
      'plain 5 group "fleet" has no RouteConfiguration "plain"',
      `${LONG} 5 ${`fleet lacks ${LONG}`.slice(0, 1_024)}`,
    ])
    for (const [name, message] of [
      ['bad', /no words/],
      ['odd', /0\.5 is not an error: use a gRPC status code/],
    ] as const) {
      const fault = nextEvent(cache, ({ kind }) => kind === 'fault')
      const bad = new SotwClient(connectTo(t, server.address))
      bad.send({ node: { ...nodeOf('m'), userAgentName: 'gRPC' }, typeUrl: ROUTE, resourceNames: [name] })
      t.match(await fault, { source: 'explainMissing', message })
      t.match(await bad.raw.ended, { code: status.INTERNAL })
    }
  },
)
