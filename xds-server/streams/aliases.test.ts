// Virtual hosts that serve hosts beyond their names: the answer has the asked names as aliases.

import { create } from '@bufbuild/protobuf'
import { VirtualHostSchema } from '@envoy/xds-protos/envoy/config/route/v3/route_components_pb.js'
import t from 'tap'
import { shareList } from '../../core/memo.ts'
import { deltaRequest } from '../../test/support/requests.ts'
import { snapshotFor } from '../../test/support/script-resources.ts'
import { testScripts } from '../../test/support/stream-script.ts'
import { createResources } from '../snapshot/resource.ts'
import { VIRTUAL_HOST } from '../snapshot/resource-type.ts'
import type { Response } from '../type-state/responses.ts'
import { noteSpelling } from '../type-state/spellings.ts'
import { createTypeState } from '../type-state/type-state.ts'
import { aliasesFor } from './aliases.ts'
import { describeResources } from './describe-resources.ts'
import { delta } from './protocol.ts'
import type { DeltaRequest } from './requests.ts'
import { createStreamState, type StreamEvent, type StreamState } from './stream.ts'

testScripts({
  'X90: a name of another type is not looked for among the domains of virtual hosts': {
    delta: `
      as lookingUp
      serve EDS a=1 | VHDS r/x=b
      ask EDS +a +r/b → EDS#1 a=1
      ack 1
      lookedUp EDS r/b → EDS#2 -r/b
    `,
  },
  'X90: a host that no virtual host serves is answered once, and again when one begins to': {
    delta: `
      serve VHDS r/x=x
      ask VHDS +r/b → VHDS#1 ?r/b
      ack 1
      serve VHDS r/x=x r/y=y
      serve VHDS r/x=x r/y=b → VHDS#2 r/y=b(r/b)
      ack 2
      status → VHDS SYNCED
    `,
  },
  'X90: after a reconnect, a host that no virtual host serves is answered once, and again when one begins to':
    {
      delta: `
      serve CDS a=1 | VHDS r/x=x
      reconnect
      ask VHDS +r/b +r/x holding r/x=x → VHDS#1 ?r/b
      ack 1
      serve CDS a=1 | VHDS r/x=x r/y=b
      resumed → VHDS#2 r/y=b(r/b)
      ack 2
      status → VHDS SYNCED
    `,
    },
  'X90: after a reconnect, a virtual host that the client has serves another name when that goes': {
    delta: `
      serve CDS a=1 | VHDS r/b=b r/y=*
      reconnect
      ask VHDS +r/b +r/c holding r/b=b r/y=* → VHDS#1 r/y=*(r/c)
      ack 1
      serve CDS a=1 | VHDS r/y=*
      resumed → VHDS#2 r/y=*(r/b) -r/b
    `,
  },
  'X90: a client that gives up all virtual hosts and keeps a name has its answer again, and the changes of that':
    {
      delta: `
      serve VHDS r/c=c r/x=b
      ask VHDS +r/b +r/c +r/none +* → VHDS#1 r/c=c r/x=b(r/b) | VHDS#2 ?r/none
      ask VHDS -* → VHDS#3 r/x=b(r/b)
      ack 1 2 3
      serve VHDS r/x=b,d → VHDS#4 r/x=b,d -r/c
    `,
    },
  'X90: a client that gives up a virtual host and keeps another name that it serves has its answer again': {
    delta: `
      serve VHDS r/x=b r/y=y
      ask VHDS +r/b +r/y → VHDS#1 r/x=b(r/b) r/y=y
      ask VHDS -r/y
      ask VHDS -r/x → VHDS#2 r/x=b(r/b)
      ask VHDS +r/x → VHDS#3 r/x=b
      unserve
      ask VHDS -r/x
      serve VHDS r/x=b r/y=y → VHDS#4 r/x=b(r/b)
      ack 1 2 3 4
      serve VHDS r/x=b,c → VHDS#5 r/x=b,c
    `,
  },
  'X90: a virtual host that is gone is removed from a client by name, also with the answer to another name': {
    delta: `
      serve VHDS r/x=b r/y=c
      ask VHDS +r/b → VHDS#1 r/x=b(r/b)
      ack 1
      block
      serve VHDS r/y=c
      ask VHDS +r/c
      drain → VHDS#2 r/y=c(r/c) -r/x
      ack 2
      status → VHDS SYNCED
    `,
  },
  'X90: a name is answered with the virtual host whose domains it is one of': {
    delta: `
      serve VHDS r/shop=shop.x,*.shop.x r/b=b.x
      ask VHDS → VHDS#1 r/b=b.x r/shop=shop.x,*.shop.x
      ack 1
      ask VHDS +r/a.shop.x +r/shop.x +r/b +r/none → VHDS#2 r/b=b.x r/shop=shop.x,*.shop.x(r/a.shop.x,r/shop.x) | VHDS#3 ?r/none
      ack 2 3
      serve VHDS r/shop=*.shop.x r/b=b.x → VHDS#4 r/shop=*.shop.x
      ack 4
      serve VHDS r/b=b.x → VHDS#5 -r/shop
      ack 5
      status → VHDS SYNCED
      ask VHDS +r/a.shop.x → VHDS#6 ?r/a.shop.x
    `,
  },
  'X90: when the virtual host of a name goes, another one that serves it is the answer': {
    delta: `
      serve VHDS r/a=a r/any=*
      ask VHDS +r/a → VHDS#1 r/a=a
      ack 1
      serve VHDS r/any=* → VHDS#2 r/any=*(r/a) -r/a
      ack 2
      status → VHDS SYNCED
    `,
  },
  'X90: the first request of a stream may name hosts beside all virtual hosts': {
    delta: `
      serve VHDS r/any=*
      ask VHDS +* +r/a.x → VHDS#1 r/any=*(r/a.x)
      ack 1
      reconnect
      ask VHDS +* +r/a.x holding r/any=* → VHDS#1 r/any=*(r/a.x)
      ack 1
      reconnect
      serve VHDS r/new=a.x
      ask VHDS +* +r/a.x holding r/any=* → VHDS#1 r/new=a.x(r/a.x) -r/any
    `,
  },
  'X90: a virtual host that the client has needs no stage': {
    delta: `
      serve CDS c=2 | VHDS r/any=*
      ask CDS holding c=1 → CDS#1 c=2
      ask VHDS +* +r/a.x holding r/any=* → VHDS#2 r/any=*(r/a.x)
      reconnect
      ask CDS holding c=1 → CDS#1 c=2
      ask VHDS +* +r/a.x holding r/any=*.x
      ack 1
      resumed → VHDS#2 r/any=*(r/a.x)
    `,
  },
  'X90: a virtual host that was NACKed is sent once more to a call that needs it': {
    delta: `
      serve VHDS r/any=*
      ask VHDS → VHDS#1 r/any=*
      nack 1
      ask VHDS +r/a.x → VHDS#2 r/any=*(r/a.x)
      ack 2
      status → VHDS SYNCED
    `,
  },
  'X90: a virtual host that is asked for by its name too is a name like others when it goes': {
    delta: `
      serve VHDS r/b=b,*.b
      ask VHDS +r/b → VHDS#1 r/b=b,*.b
      ack 1
      ask VHDS +r/x.b → VHDS#2 r/b=b,*.b(r/x.b)
      ack 2
      serve VHDS → VHDS#3 -r/b
      ack 3
      serve VHDS r/any=* → VHDS#4 r/any=*(r/b,r/x.b)
    `,
  },
  'X90: a name waits while the cluster of its virtual host does, and both are sent once': {
    delta: `
      serve CDS a=1 | VHDS r/b=b
      ask CDS → CDS#1 a=1
      ask VHDS → VHDS#2 r/b=b
      ack 1 2
      serve CDS a=1 b=1 | VHDS r/b=b r/any=* → CDS#3 b=1
      ask VHDS +r/a.x
      status → CDS STALE | VHDS NOT_SENT
      ask VHDS +r/c.x
      ack 3 → VHDS#4 r/any=*(r/a.x,r/c.x)
      ack 4
      status → CDS SYNCED | VHDS SYNCED
    `,
  },
  'X90: a client that names its virtual hosts is not in sync while the answer to a name waits': {
    delta: `
      serve CDS a=1 | VHDS r/x=x
      ask CDS → CDS#1 a=1
      ask VHDS +r/x → VHDS#2 r/x=x
      ack 1 2
      serve CDS a=2 | VHDS r/x=x r/any=* → CDS#3 a=2
      ask VHDS +r/q
      status → CDS STALE | VHDS NOT_SENT
      ack 3 → VHDS#4 r/any=*(r/q)
      ack 4
      status → CDS SYNCED | VHDS SYNCED
    `,
  },
  'X90: a virtual host that is removed while its stage is closed is not found': {
    delta: `
      serve CDS a=1 | VHDS r/b=b
      ask CDS → CDS#1 a=1
      ask VHDS → VHDS#2 r/b=b
      ack 1 2
      serve CDS a=1 b=1 | VHDS r/b=b r/any=* → CDS#3 b=1
      ask VHDS +r/a.x
      serve CDS a=1 b=1 | VHDS r/b=b → VHDS#4 ?r/a.x
    `,
  },
  'X90: what a lookup makes is the answer before the lookup is over, and its end is no further one': {
    delta: `
      as lookingUp
      serve CDS a=1 | VHDS r/b=b
      ask CDS → CDS#1 a=1
      ask VHDS → VHDS#2 r/b=b
      ack 1 2
      ask VHDS +r/a.x +r/c.y
      serve CDS a=1 b=1 | VHDS r/b=b r/x=*.x → CDS#3 b=1
      ack 3 → VHDS#4 r/x=*.x(r/a.x)
      ack 4
      lookedUp VHDS r/a.x r/c.y → VHDS#5 ?r/c.y
    `,
  },
  'X90: what a lookup makes may be pushed after the end of the lookup': {
    delta: `
      as lookingUp
      serve CDS a=1 | VHDS r/b=b
      ask CDS → CDS#1 a=1
      ask VHDS → VHDS#2 r/b=b
      ack 1 2
      ask VHDS +r/a.x +r/c.y
      serve CDS a=1 b=1 | VHDS r/b=b r/x=*.x → CDS#3 b=1
      lookedUp VHDS r/a.x r/c.y → VHDS#4 ?r/c.y
      ack 3 → VHDS#5 r/x=*.x(r/a.x)
      ack 4 5
      ask VHDS +r/d.x → VHDS#6 r/x=*.x(r/d.x)
      ack 6
      status → CDS SYNCED | VHDS SYNCED
    `,
  },
  'X90: a client without all virtual hosts gets the changes of those that it was answered with': {
    delta: `
      serve VHDS r/x=*.x r/b=b
      ask VHDS +r/a.x +r/c.y → VHDS#1 r/x=*.x(r/a.x) | VHDS#2 ?r/c.y
      ack 1 2
      serve VHDS r/x=*.x,x r/b=b → VHDS#3 r/x=*.x,x
      ack 3
      serve VHDS r/x=*.x,x r/y=*.y r/b=c → VHDS#4 r/y=*.y(r/c.y)
      ack 4
      serve VHDS r/y=*.y → VHDS#5 -r/x
      ack 5
      ask VHDS +r/y -r/c.y → VHDS#6 r/y=*.y
      ack 6
      status → VHDS SYNCED
    `,
  },
  'X90: a client that reads errors gets none for a host that a virtual host serves': {
    delta: `
      as reader
      serve VHDS r/x=*.x
      ask VHDS → VHDS#1 r/x=*.x
      ack 1
      ask VHDS +r/a.x → VHDS#2 r/x=*.x(r/a.x)
      ask VHDS +r/a.y → VHDS#3 ?r/a.y r/a.y!
    `,
  },
})

/** A stream of a client that is served one virtual host of all hosts. */
class Stream {
  #sequence = 1
  state: StreamState = { ...createStreamState(), snapshot: snapshotFor('VHDS r/any=*', 1) }

  serve(text: string): readonly Response[] {
    this.#sequence += 1
    return this.#step({ kind: 'snapshot', snapshot: snapshotFor(text, this.#sequence, this.state.snapshot) })
  }

  ask(request: Partial<DeltaRequest>): readonly Response[] {
    return this.#step({
      kind: 'request',
      request: { ...deltaRequest({ typeUrl: VIRTUAL_HOST }), ...request },
    })
  }

  #step(event: StreamEvent<DeltaRequest>): readonly Response[] {
    const { state, send } = delta.step(this.state, event)
    this.state = state
    return send
  }
}

t.test('X90: the status has the virtual host, and none for each host that it serves', async (t) => {
  const stream = new Stream()
  stream.ask({ subscribe: shareList(['*', 'r/a.x', 'none/a.x']) })
  const shown = describeResources(stream.state, 'delta').map(({ name, state }) => `${name} ${state}`)
  t.same(shown, ['none/a.x stale', 'r/any stale'])
})

t.test('X90: a client by name does not keep the names of virtual hosts that are gone', async (t) => {
  const stream = new Stream()
  stream.ask({ subscribe: shareList(['r/a.x']) })
  for (const host of ['one', 'two', 'three']) {
    stream.serve('VHDS')
    const [response] = stream.serve(`VHDS r/${host}=*`)
    t.same(response?.aliases, new Map([[`r/${host}`, ['r/a.x']]]))
  }
  const names = () => [...(stream.state.typeStates.get(VIRTUAL_HOST)?.subscription.names ?? [])]
  t.same(names(), ['r/a.x', 'r/three'])
  stream.ask({ subscribe: shareList(['r/three']), unsubscribe: shareList(['r/a.x']) })
  stream.serve('VHDS')
  stream.ask({ subscribe: shareList(['r/b.x']) })
  stream.serve('VHDS r/four=*')
  t.same(names(), ['r/three', 'r/b.x', 'r/four'], 'the client has asked for this one itself')
})

t.test(
  'X90: a response without a virtual host that is asked for under other names has no aliases',
  async (t) => {
    const [host] = createResources([create(VirtualHostSchema, { name: 'r/a', domains: ['*'] })])
    if (host === undefined) throw new Error('no resource')
    const none = createTypeState(VIRTUAL_HOST)
    const aliased = (name: string) => ({
      ...none,
      request: { ...none.request, aliases: new Map([[name, ['r/x']]]) },
    })
    t.strictSame(aliasesFor(none, [host]), {})
    const closed = new Proxy([host], { get: () => t.fail('the resources are read') })
    t.strictSame(aliasesFor(none, closed), {}, 'without aliases, nobody goes through the resources')
    t.strictSame(aliasesFor(aliased('r/b'), [host]), {})
    t.strictSame(aliasesFor(aliased('r/a'), [host]), { aliases: new Map([['r/a', ['r/x']]]) })
  },
)

t.test('X90: an alias is written as the client wrote the name', async (t) => {
  const stream = new Stream()
  const subscribe = shareList(['*', 'r/a.x'])
  noteSpelling(subscribe, 'r/a.x', 'r/%61.x')
  const [response] = stream.ask({ subscribe })
  t.same(response?.aliases, new Map([['r/any', ['r/%61.x']]]))
})

t.test('X90: a name that is longer than the aliases of a response may be is answered alone', async (t) => {
  const stream = new Stream()
  const longest = `r/${'a'.repeat(200_000)}`
  const [response] = stream.ask({ subscribe: shareList(['*', longest, 'r/b']) })
  t.same(response?.aliases?.get('r/any'), [longest])
})

t.test('X90: many long names are answered in several responses, each within what clients read', async (t) => {
  const stream = new Stream()
  const names = ['a', 'b', 'c', 'd', 'e'].map((letter) => `r/${letter.repeat(60_000)}`)
  const first = stream.ask({ subscribe: shareList(['*', ...names]) })
  const nonces = first.map(({ nonce }) => nonce)
  const rest = nonces.flatMap((responseNonce) => stream.ask({ responseNonce }))
  const answered = [...first, ...rest].map(({ aliases }) => aliases?.get('r/any') ?? [])
  t.same(answered.flat(), names)
  t.ok(answered.every((aliases) => aliases.join('').length < 512 * 1024))
  t.same(
    answered.map(({ length }) => length),
    [2, 2, 1],
  )
})
