// P24: a client with two control planes, each for names of its own.

import { uri } from '../../support/authority-names.ts'
import {
  apiListener,
  cluster,
  clusterOf,
  localAssignment,
  routes,
  routesByMethod,
} from '../../support/resources.ts'
import { answeredBy, untilAnswers } from '../answers.ts'
import { documentOf, FLEET } from '../document.ts'
import { insecure } from '../programs.ts'
import { openResourceServer } from '../resource-servers.ts'
import type { Row } from '../row.ts'
import { openServed } from '../served.ts'
import type { World } from '../world.ts'

const AUTHORITY = 'second.example'

const twoAuthorities: Row = {
  row: 'P24',
  title:
    'asks the control plane of an authority for the names of that authority, and the default one for others',
  async run(world) {
    const { b1, b2 } = await world.endpoints('b1', 'b2')
    const start = async (endpoints: object, fleet = {}) => {
      const served = { upstreams: { echo: { endpoints } }, fleet }
      const control = await openServed(documentOf(world.client, served))
      world.teardown(() => control.close())
      return control.xdsAddress
    }
    const first = await start({ b1 })
    const second = await start({ b2 }, { authority: AUTHORITY })
    const authorities = {
      [AUTHORITY]: {
        client_listener_resource_name_template: `xdstp://${AUTHORITY}/envoy.config.listener.v3.Listener/%s`,
        xds_servers: [insecure(second)],
      },
    }
    const other = `xds://${AUTHORITY}/echo`
    const ofFirst = await world.start({ xds: [first], bootstrap: { authorities } })
    await untilAnswers(world, ofFirst, 'b1 of the default one answers', { calls: 5 }, (result) =>
      answeredBy(result, 'b1'),
    )
    const ofSecond = await world.start({ xds: [first], bootstrap: { authorities }, target: other })
    await untilAnswers(world, ofSecond, 'b2 of the authority answers', { calls: 5 }, (result) =>
      answeredBy(result, 'b2'),
    )
    // The twin: a client that does not know the authority.
    const stranger = await world.start({ xds: [first], target: other })
    const { codes } = await stranger.calls(1, { deadlineMs: 3_000 })
    if (codes.OK !== undefined) throw new Error('a name of an unknown authority is answered')
  },
}

/** One kind of call goes to a cluster of the default authority, the other to one of another authority. */
const [OF_FIRST, OF_SECOND] = [{ method: 'Unary' }, { method: 'ServerStream' }] as const
/** Only a call that hangs lasts so long. */
const DEADLINE_MS = 60_000
const SECOND_CLUSTER = uri(AUTHORITY, 'C', 'echo')

function byMethod(name: string) {
  return routesByMethod(name, { [OF_FIRST.method]: 'echo', [OF_SECOND.method]: SECOND_CLUSTER })
}

const portOf = (address: string) => Number(address.split(':').at(-1))

/** What the default control plane has: clusters of its own only. */
async function firstResources(world: World) {
  return [
    apiListener('echo'),
    byMethod('echo'),
    cluster('echo'),
    localAssignment('echo', portOf(await world.backend({ id: 'b1' }))),
  ]
}

/** What the one of the authority has. */
function secondResources(address: string) {
  const [listener, routing, assignment] = [
    uri(AUTHORITY, 'L', 'echo'),
    uri(AUTHORITY, 'R', 'echo'),
    uri(AUTHORITY, 'E', 'echo'),
  ]
  return [
    apiListener(listener, routing),
    byMethod(routing),
    clusterOf(SECOND_CLUSTER, assignment),
    localAssignment(assignment, portOf(address)),
  ]
}

async function openBoth(world: World) {
  const first = await openResourceServer(world, [`xdstp://${AUTHORITY}/*`])
  const second = await openResourceServer(world, ['echo'])
  const authorities = { [AUTHORITY]: { xds_servers: [insecure(second.address)] } }
  return { first, second, options: { xds: [first.address], bootstrap: { authorities } } }
}

const oneServer: Row = {
  row: 'P24',
  title: 'has names of an authority from the default control plane, on the stream of the other names',
  async run(world) {
    const server = await openResourceServer(world)
    const [, , ...ofSecond] = secondResources(await world.backend({ id: 'b2' }))
    await server.serve([...(await firstResources(world)), ...ofSecond])
    const program = await world.start({
      nodeId: 'one',
      xds: [server.address],
      bootstrap: { authorities: { [AUTHORITY]: {} } },
    })
    await untilAnswers(world, program, 'b1 answers', { calls: 5, ...OF_FIRST }, (result) =>
      answeredBy(result, 'b1'),
    )
    await untilAnswers(world, program, 'b2 answers', { calls: 5, ...OF_SECOND }, (result) =>
      answeredBy(result, 'b2'),
    )
    const streams = () => server.cache.nodeStatus(FLEET, 'one').streams.length
    await world.until('it has one stream', async () => streams() === 1 || undefined, streams)
  },
  inLongForm: true,
}

const authorityAway: Row = {
  row: 'P24',
  title:
    'calls clusters of the default control plane while the one of an authority is away, and follows it later',
  async run(world) {
    const { first, second, options } = await openBoth(world)
    await first.serve(await firstResources(world))
    const program = await world.start(options)
    await untilAnswers(world, program, 'b1 answers', { calls: 5, ...OF_FIRST }, (result) =>
      answeredBy(result, 'b1'),
    )
    const { codes } = await program.calls(1, { ...OF_SECOND, deadlineMs: DEADLINE_MS })
    if (codes.UNAVAILABLE !== 1) throw new Error(`calls of the authority end with ${JSON.stringify(codes)}`)
    for (const id of ['b2', 'b3']) {
      await second.serve(secondResources(await world.backend({ id })))
      await untilAnswers(world, program, `${id} answers`, { calls: 5, ...OF_SECOND }, (result) =>
        answeredBy(result, id),
      )
      await second.goAway()
      for (const kind of [OF_FIRST, OF_SECOND]) {
        const { codes, errors } = await program.calls(20, { ...kind, deadlineMs: DEADLINE_MS })
        if (codes.OK !== 20) throw new Error(`without the control plane: ${JSON.stringify(errors)}`)
      }
    }
  },
}

const defaultAway: Row = {
  row: 'P24',
  title: 'calls clusters of an authority while the default control plane is away, and follows it later',
  async run(world) {
    const { first, second, options } = await openBoth(world)
    await second.serve(secondResources(await world.backend({ id: 'b2' })))
    const program = await world.start({ ...options, target: `xds://${AUTHORITY}/echo` })
    await untilAnswers(world, program, 'b2 answers', { calls: 5, ...OF_SECOND }, (result) =>
      answeredBy(result, 'b2'),
    )
    const { codes } = await program.calls(1, { ...OF_FIRST, deadlineMs: DEADLINE_MS })
    if (codes.UNAVAILABLE !== 1) throw new Error(`calls of the default end with ${JSON.stringify(codes)}`)
    await first.serve(await firstResources(world))
    await untilAnswers(world, program, 'b1 answers', { calls: 5, ...OF_FIRST }, (result) =>
      answeredBy(result, 'b1'),
    )
  },
  inLongForm: true,
}

const missingName: Row = {
  row: 'P24',
  title: 'calls the clusters that it has, after a wait for one of an authority that no control plane has',
  async run(world) {
    const server = await openResourceServer(world, [`xdstp://${AUTHORITY}/*`])
    await server.serve(await firstResources(world))
    const authorities = { [AUTHORITY]: {} }
    const program = await world.start({ xds: [server.address], bootstrap: { authorities } })
    const begin = performance.now()
    await untilAnswers(
      world,
      program,
      'b1 answers',
      { calls: 1, ...OF_FIRST, deadlineMs: DEADLINE_MS },
      (result) => answeredBy(result, 'b1'),
    )
    world.measured(`the first call took ${Math.round((performance.now() - begin) / 1_000)} s`)
    const { codes } = await program.calls(1, { ...OF_SECOND, deadlineMs: DEADLINE_MS })
    if (codes.UNAVAILABLE !== 1) throw new Error(`calls of the authority end with ${JSON.stringify(codes)}`)
  },
  inLongForm: true,
}

interface Spelled {
  readonly target: string
  /** The ID and the context parameters of the listener. */
  readonly listener: string
  /** Context parameters of the names behind it. Default: in order. */
  readonly parameters?: string
  /** Those by which the routes name the cluster. Default: as in its name. */
  readonly referred?: string
}

/** Calls a target whose listener has context parameters in the template of its authority. */
async function callSpelled(
  world: World,
  { target, listener, parameters = 'a=1&b=2', referred = parameters }: Spelled,
): Promise<void> {
  const [routing, name, assignment, reference] = [
    uri(AUTHORITY, 'R', `r?${parameters}`),
    uri(AUTHORITY, 'C', `c?${parameters}`),
    uri(AUTHORITY, 'E', `e?${parameters}`),
    uri(AUTHORITY, 'C', `c?${referred}`),
  ]
  // The consistency check rejects two spellings of a cluster that clients have from here.
  const server = await openResourceServer(world, [reference])
  await server.serve([
    apiListener(uri(AUTHORITY, 'L', listener), routing),
    routes(routing, reference),
    clusterOf(name, assignment),
    localAssignment(assignment, portOf(await world.backend({ id: 'b1' }))),
  ])
  const template = uri(AUTHORITY, 'L', '%s?zone=z&app=a')
  const program = await world.start({
    target,
    xds: [server.address],
    bootstrap: {
      client_default_listener_resource_name_template: template,
      authorities: { [AUTHORITY]: { client_listener_resource_name_template: template } },
    },
  })
  await untilAnswers(world, program, 'b1 answers', { calls: 5 }, (result) => answeredBy(result, 'b1'))
}

const templates: Row = {
  row: 'P24',
  title:
    'asks for a listener by the template of its authority or of the default one, in a spelling of its own',
  async run(world) {
    // Go encodes the marks, the others do not. The order of parameters in the name is not that of the template.
    const listener = "it's!(1)?app=a&zone=z"
    for (const target of ["xds:///it's!(1)", `xds://${AUTHORITY}/it's!(1)`]) {
      await callSpelled(world, { target, listener })
    }
  },
}

const encodedTarget: Row = {
  row: 'P24',
  title: 'reads a target with percent-encoding, and encodes its name for the template once',
  run: (world) => callSpelled(world, { target: 'xds:///a%20b', listener: 'a%20b?app=a&zone=z' }),
  inLongForm: true,
  differs: {
    node: {
      source: '@grpc/grpc-js-xds 1.14.1: src/xds-bootstrap.ts',
      says: 'An unencoded URI path',
      because:
        'it takes the path of the target as it is written, and encodes that: it asks for `a%2520b`. Use names that need no encoding in a target.',
      shows: /b1 answers/,
    },
  },
}

const ECHO = { target: 'xds:///echo', listener: 'echo?app=a&zone=z' }
const CANONIFIES = {
  source: 'io.grpc:grpc-xds 1.85.0: io/grpc/xds/client/XdsResourceType',
  says: 'canonifyResourceName',
}

const unordered: Row = {
  row: 'P24',
  title: 'follows names with their context parameters out of order',
  run: (world) => callSpelled(world, { ...ECHO, parameters: 'b=2&a=1' }),
  inLongForm: true,
  differs: {
    java: {
      ...CANONIFIES,
      because:
        'it sorts the parameters of the names in responses, and not those of the names that it asks for, so it waits for a name that never comes. Only the listener of the target is sorted on both sides. Write context parameters in order.',
      shows: /b1 answers/,
    },
  },
}

const twoSpellings: Row = {
  row: 'P24',
  title: 'takes two spellings for one name where routes name a cluster',
  run: (world) => callSpelled(world, { ...ECHO, referred: 'b=2&a=1' }),
  inLongForm: true,
  differs: {
    go: {
      source: 'https://github.com/grpc/grpc-go/blob/v1.85.0/internal/xds/balancer/clusterimpl/clusterimpl.go',
      says: 'clusterCfg := xdsConfig.Clusters[newConfig.Cluster]',
      because:
        'the clusters are by their names in the routes, and it looks for the name in the cluster, without a check that it is there. **The whole process ends** with a panic (nil pointer).',
      shows: /fetch failed/,
    },
    java: {
      ...CANONIFIES,
      because: 'it waits for the name in the routes, as in the row above.',
      shows: /b1 answers/,
    },
  },
}

export const FEDERATION: readonly Row[] = [
  twoAuthorities,
  oneServer,
  authorityAway,
  defaultAway,
  missingName,
  templates,
  encodedTarget,
  unordered,
  twoSpellings,
]
