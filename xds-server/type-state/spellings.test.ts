// Names on the wire of a delta stream: one that the client subscribes to as it wrote it, and every other as its resource has it.

import { create, fromBinary, toBinary } from '@bufbuild/protobuf'
import {
  DeltaDiscoveryRequestSchema,
  DeltaDiscoveryResponseSchema,
} from '@envoy/xds-protos/envoy/service/discovery/v3/discovery_pb.js'
import t from 'tap'
import { shareList } from '../../core/memo.ts'
import { staticCluster } from '../../test/support/resources.ts'
import { snapshotOf } from '../../test/support/script-resources.ts'
import { createResources } from '../snapshot/resource.ts'
import { CLUSTER } from '../snapshot/resource-type.ts'
import { canonicalName } from '../snapshot/xdstp-name.ts'
import { delta } from '../streams/protocol.ts'
import { createStreamState, type StreamEvent, type StreamState } from '../streams/stream.ts'
import { NO_SPELLINGS, spelledByClient, spellingsAfter, spellingsFor } from './spellings.ts'
import { NOTHING } from './subscription.ts'

const [GIVEN, CANONICAL, OTHER] = [
  'xdstp://a/C/f/x?b=2&a=1',
  'xdstp://a/C/f/x?a=1&b=2',
  'xdstp://a/C/f/%78?a=1&b=2',
]
const COLLECTION = 'xdstp://a/C/f/*?b=2&a=1'

interface Request {
  readonly subscribe?: readonly string[]
  readonly unsubscribe?: readonly string[]
  readonly holding?: Readonly<Record<string, string>>
}

/** A stream of bytes: what each event brings, by the names as they are on the wire. */
class WireStream {
  #state: StreamState
  #sequence = 0

  constructor(state = createStreamState()) {
    this.#state = state
  }

  /** A snapshot without these names, with why it lacks them. */
  deny(message: string, ...names: readonly string[]): string[] {
    this.#sequence += 1
    const snapshot = snapshotOf(CLUSTER, [], this.#sequence)
    const errors = new Map([[CLUSTER, new Map(names.map((name) => [name, { code: 7, message }]))]])
    return this.#take({ kind: 'snapshot', snapshot: { ...snapshot, errors } })
  }

  serve(...names: readonly string[]): string[] {
    this.#sequence += 1
    const snapshot = snapshotOf(
      CLUSTER,
      names.map((name) => staticCluster(name)),
      this.#sequence,
    )
    return this.#take({ kind: 'snapshot', snapshot })
  }

  ask({ subscribe = [], unsubscribe = [], holding = {} }: Request): string[] {
    const message = create(DeltaDiscoveryRequestSchema, {
      typeUrl: CLUSTER,
      resourceNamesSubscribe: [...subscribe],
      resourceNamesUnsubscribe: [...unsubscribe],
      initialResourceVersions: holding,
    })
    const bytes = toBinary(DeltaDiscoveryRequestSchema, message)
    return this.#take({ kind: 'request', request: delta.decode(bytes, this.#state).request as never })
  }

  #take(event: StreamEvent<never>): string[] {
    const { state, send } = delta.step(this.#state, event)
    this.#state = state
    return send.flatMap((response) => {
      const { resources, removedResources, resourceErrors } = fromBinary(
        DeltaDiscoveryResponseSchema,
        delta.encode(response),
      )
      return [
        ...resources.map(({ name }) => name),
        ...removedResources.map((name) => `-${name}`),
        ...resourceErrors.map((error) => `${error.resourceName?.name}!`),
      ]
    })
  }
}

t.test('X79: a resource of a collection or of * has the name in it, and so has its removal', async (t) => {
  for (const asked of [COLLECTION, 'xdstp://a/C/f/*?a=1&b=2', '*']) {
    const stream = new WireStream()
    stream.serve(GIVEN)
    t.same(stream.ask({ subscribe: [asked] }), [GIVEN], asked)
    t.same(stream.serve(), [`-${GIVEN}`], asked)
    t.same(stream.serve(OTHER), [OTHER], asked)
    t.same(stream.serve(), [`-${OTHER}`], asked)
    t.same(stream.serve(CANONICAL), [CANONICAL], 'the twin')
    t.same(stream.serve(), [`-${CANONICAL}`], 'the twin')
  }
})

t.test('X79: a name that the client subscribes to is as the client wrote it', async (t) => {
  for (const asked of [GIVEN, CANONICAL, OTHER]) {
    const stream = new WireStream()
    stream.serve(GIVEN)
    t.same(stream.ask({ subscribe: [asked] }), [asked])
    t.same(stream.serve(), [`-${asked}`])
    t.same(stream.serve(GIVEN), [asked], 'it comes again')
    stream.ask({ unsubscribe: [CANONICAL] })
    t.same(stream.ask({ subscribe: [OTHER, 'gone?'] }), [OTHER, '-gone?'], 'the newest spelling counts')
    t.same(stream.ask({ subscribe: [CANONICAL] }), [CANONICAL], 'also if it is the plain one')
  }
})

t.test('X79: each name of a request is as the client wrote it in its newest request', async (t) => {
  const single = new WireStream()
  single.serve(GIVEN)
  t.same(single.ask({ subscribe: [GIVEN] }), [GIVEN])
  t.same(single.ask({ subscribe: [OTHER] }), [OTHER], 'though it was not dropped')
  const [second, plainSecond] = ['xdstp://a/C/f/y?b=2&a=1', 'xdstp://a/C/f/y?a=1&b=2']
  const stream = new WireStream()
  stream.serve(GIVEN, second, 'plain')
  t.same(stream.ask({ subscribe: [GIVEN, second, 'plain'] }).sort(), ['plain', GIVEN, second])
  t.same(stream.ask({ subscribe: [OTHER] }), [OTHER], 'one is written in another way')
  t.same(stream.ask({ subscribe: [plainSecond] }), [plainSecond], 'one is written in its one spelling')
  t.same(stream.serve().sort(), ['-plain', `-${OTHER}`, `-${plainSecond}`])
})

t.test('X79: an empty collection is as the client wrote it', async (t) => {
  const stream = new WireStream()
  stream.serve()
  t.same(stream.ask({ subscribe: [COLLECTION] }), [`-${COLLECTION}`])
})

t.test('X79: what a client reports after a reconnect is removed as it wrote it', async (t) => {
  const stream = new WireStream()
  stream.serve()
  t.same(stream.ask({ subscribe: [COLLECTION], holding: { [GIVEN]: '1' } }), [`-${GIVEN}`])
})

t.test('X79: each of several names that a client reports is removed as it wrote it', async (t) => {
  const second = 'xdstp://a/C/f/y?b=2&a=1'
  const stream = new WireStream()
  stream.serve()
  const gone = stream.ask({ subscribe: ['*'], holding: { [GIVEN]: '1', [second]: '1', plain: '1' } })
  t.same(gone.sort(), ['-plain', `-${GIVEN}`, `-${second}`])
})

t.test('X79: what a client reports in a later request changes nothing', async (t) => {
  const stream = new WireStream()
  stream.serve(CANONICAL)
  t.same(stream.ask({ subscribe: ['*'] }), [CANONICAL])
  t.same(stream.ask({ subscribe: ['gone?'], holding: { [GIVEN]: '1' } }), ['-gone?'])
  t.same(stream.serve(), [`-${CANONICAL}`])
})

t.test(
  'X79: a response without a name in another spelling has none, so that its bytes are shared',
  async (t) => {
    const written = new Map([[CANONICAL, GIVEN]])
    const typeState = {
      spellings: written,
      subscription: { ...NOTHING, names: new Set([CANONICAL, 'plain']) },
    }
    const [given, plain] = createResources([staticCluster(CANONICAL), staticCluster('plain')])
    if (given === undefined || plain === undefined) throw new Error('no resources')
    t.equal(spellingsFor(typeState, shareList([plain]), ['gone']), undefined)
    t.strictSame(spellingsFor(typeState, shareList([given, plain]), ['gone']), written)
    t.strictSame(spellingsFor(typeState, shareList([plain]), [CANONICAL, 'gone']), written)
  },
)

t.test('X79: names with errors, and those removed beside them, are as the client wrote them', async (t) => {
  const second = 'xdstp://a/C/f/y?b=2&a=1'
  const explain = () => ({ code: 5, message: 'not here' })
  const stream = new WireStream(createStreamState({ explain }))
  stream.serve('plain')
  const answer = stream.ask({ subscribe: [GIVEN, second, 'gone', 'plain'] })
  const expected = ['-gone', `-${GIVEN}`, `-${second}`, 'gone!', 'plain', `${GIVEN}!`, `${second}!`]
  t.same(answer.sort(), expected.sort())
  const denied = stream.deny('no', CANONICAL, canonicalName(second))
  t.same(denied.sort(), ['-plain', `${GIVEN}!`, 'plain!', `${second}!`].sort())
})

t.test('X79: without another spelling nothing is kept, so that streams share their bytes', async (t) => {
  let state = createStreamState()
  const snapshot = snapshotOf(CLUSTER, [staticCluster(CANONICAL), staticCluster('plain')], 1)
  state = delta.step(state, { kind: 'snapshot', snapshot }).state
  const bytes = toBinary(
    DeltaDiscoveryRequestSchema,
    create(DeltaDiscoveryRequestSchema, { typeUrl: CLUSTER }),
  )
  const { send } = delta.step(state, { kind: 'request', request: delta.decode(bytes, state).request })
  t.equal(send.length, 1)
  t.equal(send[0]?.spellings, undefined)
})

t.test('X79: beside plain names, a resource of * has the name in it', async (t) => {
  const stream = new WireStream()
  stream.serve('plain', GIVEN, 'too')
  t.same(stream.ask({ subscribe: ['*'] }).sort(), ['plain', 'too', GIVEN])
})

t.test('X79: a resource that comes in its one spelling is removed by that', async (t) => {
  const stream = new WireStream()
  stream.serve(GIVEN, 'plain')
  t.same(stream.ask({ subscribe: [COLLECTION] }), [GIVEN])
  t.same(stream.serve(CANONICAL), [CANONICAL])
  t.same(stream.serve(), [`-${CANONICAL}`])
})

t.test('X79: spellings stay the same object if a request or a response has none', async (t) => {
  const subscription = { ...NOTHING, wildcard: true }
  const [plain, other] = createResources([staticCluster('plain'), staticCluster(CANONICAL)])
  if (plain === undefined || other === undefined) throw new Error('no resources')
  const request = { subscribe: shareList(['plain']), unsubscribe: shareList(['other']) }
  const responses = [{ resources: [plain], removed: ['gone'] }]
  t.ok(spelledByClient(NO_SPELLINGS, request) === NO_SPELLINGS)
  t.ok(spellingsAfter({ spellings: NO_SPELLINGS, subscription }, responses) === NO_SPELLINGS)
  const spelled = { resources: [plain, other], removed: [], spellings: new Map([[CANONICAL, GIVEN]]) }
  t.strictSame(
    spellingsAfter({ spellings: NO_SPELLINGS, subscription }, [...responses, spelled]),
    spelled.spellings,
    'one of several responses has some',
  )
})
