// Names that a client asks for and is not served: when its type is MISSING, and when it is not.

import { create } from '@bufbuild/protobuf'
import { anyPack } from '@bufbuild/protobuf/wkt'
import { ListenerSchema } from '@envoy/xds-protos/envoy/config/listener/v3/listener_pb.js'
import { VirtualHostSchema } from '@envoy/xds-protos/envoy/config/route/v3/route_components_pb.js'
import t from 'tap'
import { MachineStream } from '../../test/support/machine-stream.ts'
import {
  discovered,
  httpFilters,
  source,
  typed,
  withFilters,
} from '../../test/support/referring-resources.ts'
import { assignment, cluster, httpListener, routes, secret } from '../../test/support/resources.ts'
import { testScripts } from '../../test/support/stream-script.ts'
import { SnapshotCache } from '../cache/snapshot-cache.ts'
import type { XdsEvent } from '../nodes/events.ts'
import type { SyncState } from '../nodes/status.ts'
import type { ResourceInput } from '../snapshot/resource.ts'
import {
  CLUSTER,
  ENDPOINT,
  EXTENSION_CONFIG,
  LISTENER,
  ROUTE,
  SECRET,
  typeUrlOf,
} from '../snapshot/resource-type.ts'

const VIRTUAL_HOST = typeUrlOf(VirtualHostSchema)

testScripts({
  'X46: a subscribed name that the snapshot lacks is MISSING, until it comes or is unsubscribed': {
    sotw: `
      ask LDS l
      status → LDS NOT_SENT
      serve LDS x=1
      status → LDS MISSING
      serve LDS l=1 → LDS#1 l=1
      status → LDS STALE
      ack 1
      status → LDS SYNCED
      ask LDS l m
      status → LDS MISSING
      ask LDS l
      status → LDS SYNCED
    `,
    delta: `
      ask LDS +l
      status → LDS NOT_SENT
      serve LDS x=1 → LDS#1 -l
      status → LDS MISSING
      ack 1
      status → LDS MISSING
      serve LDS l=1 → LDS#2 l=1
      status → LDS STALE
      ack 2
      status → LDS SYNCED
      ask LDS +m → LDS#3 -m
      status → LDS MISSING
      ask LDS -m
      ack 3
      status → LDS SYNCED
    `,
  },
  'X46: a NACK is worse than a missing name': {
    delta: `
      serve LDS l=1
      ask LDS +l +m → LDS#1 l=1 -m
      nack 1 → LDS#2 -m
      status → LDS NACKED
    `,
  },
})

interface Case {
  readonly before?: readonly ResourceInput[]
  readonly served: readonly ResourceInput[]
  readonly asked: readonly (readonly [typeUrl: string, name: string])[]
  readonly typeUrl: string
  readonly expected: SyncState
}

const optional = (isOptional: boolean): ResourceInput => {
  const config = typed(anyPack(ListenerSchema, create(ListenerSchema))).configType.value
  const filter = discovered('f', source('ads'), isOptional ? config : undefined)
  return { name: 'l', resource: withFilters(httpFilters(filter)) }
}

const CASES: Readonly<Record<string, Case>> = {
  'a cluster that a route uses': {
    served: [routes('r', 'a')],
    asked: [
      [ROUTE, 'r'],
      [CLUSTER, 'a'],
    ],
    typeUrl: CLUSTER,
    expected: 'MISSING',
  },
  'a cluster that goes while a route uses it': {
    before: [cluster('a'), routes('r', 'a')],
    served: [routes('r', 'a')],
    asked: [[CLUSTER, 'a']],
    typeUrl: CLUSTER,
    expected: 'MISSING',
  },
  'a cluster on demand, which nothing refers to: a call has asked for it': {
    served: [routes('r', 'a')],
    asked: [[CLUSTER, 'any']],
    typeUrl: CLUSTER,
    expected: 'SYNCED',
  },
  'a secret of the bootstrap that the snapshot never had': {
    served: [cluster('a')],
    asked: [[SECRET, 's']],
    typeUrl: SECRET,
    expected: 'MISSING',
  },
  'a secret that goes, and that nothing uses': {
    before: [secret('s', '1')],
    served: [],
    asked: [[SECRET, 's']],
    typeUrl: SECRET,
    expected: 'SYNCED',
  },
  'a listener that goes, and that the client still names': {
    before: [httpListener('l', 1, 'r')],
    served: [],
    asked: [[LISTENER, 'l']],
    typeUrl: LISTENER,
    expected: 'MISSING',
  },
  'a virtual host, which Envoy asks for by the host of a call': {
    served: [httpListener('l', 1, 'r')],
    asked: [[VIRTUAL_HOST, 'r/host']],
    typeUrl: VIRTUAL_HOST,
    expected: 'SYNCED',
  },
  'routes that go, and that a listener still names': {
    before: [httpListener('l', 1, 'r'), routes('r', 'a')],
    served: [httpListener('l', 1, 'r')],
    asked: [[ROUTE, 'r']],
    typeUrl: ROUTE,
    expected: 'MISSING',
  },
  'the endpoints of a cluster, which has an empty assignment': {
    before: [cluster('a'), assignment('a', 1)],
    served: [cluster('a')],
    asked: [[ENDPOINT, 'a']],
    typeUrl: ENDPOINT,
    expected: 'SYNCED',
  },
  'a filter configuration without a default': {
    served: [optional(false)],
    asked: [[EXTENSION_CONFIG, 'f']],
    typeUrl: EXTENSION_CONFIG,
    expected: 'MISSING',
  },
  'a filter configuration with a default': {
    served: [optional(true)],
    asked: [[EXTENSION_CONFIG, 'f']],
    typeUrl: EXTENSION_CONFIG,
    expected: 'SYNCED',
  },
}

for (const [what, { before, served, asked, typeUrl, expected }] of Object.entries(CASES)) {
  t.test(`X46: ${expected}: ${what}`, async (t) => {
    const cache = new SnapshotCache()
    if (before !== undefined) cache.setSnapshot('fleet', before)
    else cache.setSnapshot('fleet', served)
    const client = new MachineStream(cache)
    for (const [type, name] of asked) client.ask(type, [name])
    client.answerAll()
    cache.setSnapshot('fleet', served)
    client.answerAll()
    t.equal(cache.nodeStatus('fleet', 'n1').types[typeUrl]?.state, expected)
  })
}

t.test('X46: a missing name is in the status and in an event, and `synced` waits for it', async (t) => {
  const cache = new SnapshotCache()
  const events: XdsEvent[] = []
  cache.onEvent((event) => {
    if (event.kind === 'missing') events.push(event)
  })
  cache.setSnapshot('fleet', [httpListener('main', 1, 'r'), routes('r', 'a')])
  const client = new MachineStream(cache)
  client.ask(LISTENER, ['mian'])
  client.answerAll()
  const { outcome, nodes } = await cache.synced('fleet', { signal: AbortSignal.abort() })
  t.equal(outcome, 'pending')
  const missing = { count: 1, names: ['mian'] }
  t.match(nodes, [{ state: 'MISSING', types: { [LISTENER]: { state: 'MISSING', missing } } }])
  t.match(events, [{ node: 'n1', group: 'fleet', typeUrl: LISTENER, ...missing }])
  const report = cache.synced('fleet')
  cache.updateSnapshot('fleet', { upsert: [httpListener('mian', 2, 'r')] })
  client.answerAll()
  t.equal((await report).outcome, 'synced')
  t.match(events.slice(1), [{ typeUrl: LISTENER, count: 0, names: [] }])
  t.notOk(cache.nodeStatus('fleet', 'n1').types[LISTENER]?.missing)
})

t.test(
  'X46: nobody waits for a name that is external, and for another one of the type a client does',
  async (t) => {
    const cache = new SnapshotCache({ external: { [ENDPOINT]: ['local'] } })
    cache.setSnapshot('fleet', [cluster('a')])
    const client = new MachineStream(cache)
    client.ask(ENDPOINT, ['local'])
    client.answerAll()
    const stateOf = () => cache.nodeStatus('fleet', 'n1').types[ENDPOINT]?.state
    t.equal(stateOf(), 'SYNCED')
    cache.updateSnapshot('fleet', { upsert: [assignment('local')] })
    client.answerAll()
    t.equal(stateOf(), 'SYNCED', 'it may come all the same')
    client.ask(ENDPOINT, ['local', 'other'])
    client.answerAll()
    t.equal(stateOf(), 'MISSING', 'the twin')
  },
)

t.test('X46: the status shows one hundred missing names, and their number', async (t) => {
  const cache = new SnapshotCache()
  cache.setSnapshot('fleet', [])
  const client = new MachineStream(cache)
  client.ask(
    LISTENER,
    Array.from({ length: 150 }, (_, index) => `l${index}`),
  )
  const missing = cache.nodeStatus('fleet', 'n1').types[LISTENER]?.missing
  t.equal(missing?.count, 150)
  t.equal(missing?.names.length, 100)
})

t.test('X46: an event tells each change of the missing names, and nothing else does', async (t) => {
  const cache = new SnapshotCache()
  const told: (readonly string[])[] = []
  cache.onEvent((event) => {
    if (event.kind === 'missing' && event.typeUrl !== ROUTE) told.push(event.names)
  })
  const ownSecrets = (...names: readonly string[]) => names.map((name) => secret(name, '1'))
  const steps: readonly (readonly [what: string, served: readonly ResourceInput[], missing: string[][]])[] = [
    ['one comes', ownSecrets('s'), [['t', 'u']]],
    ['something else changes', [...ownSecrets('s'), cluster('a')], []],
    ['another one comes', ownSecrets('s', 't'), [['u']]],
    ['those that the client had go: it is about to drop them', [], []],
    ['something else changes again', [cluster('b')], []],
    ['all come', ownSecrets('s', 't', 'u'), [[]]],
  ]
  cache.setSnapshot('fleet', [])
  const client = new MachineStream(cache)
  client.ask(SECRET, ['s', 't', 'u'])
  client.answerAll()
  t.same(told.splice(0), [['s', 't', 'u']])
  for (const [what, served, missing] of steps) {
    cache.setSnapshot('fleet', served)
    client.answerAll()
    t.same(told.splice(0), missing, what)
  }
  client.ask(LISTENER, ['l', 'm'])
  for (const [name, other] of [
    ['l', 'm'],
    ['m', 'l'],
  ] as const) {
    told.splice(0)
    cache.setSnapshot('fleet', [httpListener(name, 1, 'r')])
    client.answerAll()
    t.strictSame(told.at(-1), [other], 'as many as before, with another name')
  }
})

t.test(
  'X46: routes that were served before a client asks for them are not missing, others are',
  async (t) => {
    const cache = new SnapshotCache()
    cache.setSnapshot('fleet', [routes('gone', 'a')])
    cache.setSnapshot('fleet', [])
    for (const [name, expected] of [
      ['gone', 'SYNCED'],
      ['never', 'MISSING'],
    ] as const) {
      const client = new MachineStream(cache, { id: name, cluster: 'fleet' })
      client.ask(ROUTE, [name])
      client.answerAll()
      t.equal(cache.nodeStatus('fleet', name).types[ROUTE]?.state, expected)
    }
  },
)

t.test(
  'X78: nobody waits for a glob collection without resources, and for a name in it a client does',
  async (t) => {
    const cache = new SnapshotCache()
    cache.setSnapshot('fleet', [])
    const client = new MachineStream(cache)
    const stateOf = () => cache.nodeStatus('fleet', 'n1').types[LISTENER]?.state
    client.ask(LISTENER, ['xdstp://a/L/f/*'])
    client.answerAll()
    t.equal(stateOf(), 'SYNCED')
    client.ask(LISTENER, ['xdstp://a/L/f/*', 'xdstp://a/L/f/l'])
    client.answerAll()
    t.equal(stateOf(), 'MISSING', 'the twin')
  },
)
