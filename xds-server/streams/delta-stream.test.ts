// The machine of an incremental stream: nonces, reconnects, splitting, and what it reports.

import t from 'tap'
import { deltaRequest, type RequestFields } from '../../test/support/requests.ts'
import { secret } from '../../test/support/resources.ts'
import { resourceFor, snapshotFor, textOf, typeUrlFor } from '../../test/support/script-resources.ts'
import { testScripts } from '../../test/support/stream-script.ts'
import { createResources } from '../snapshot/resource.ts'
import { SECRET } from '../snapshot/resource-type.ts'
import { createSnapshot } from '../snapshot/snapshot.ts'
import { createTypeSnapshot } from '../snapshot/type-snapshot.ts'
import { delta } from './protocol.ts'
import type { DeltaRequest } from './requests.ts'
import { MAX_PENDING_RESPONSES } from './step.ts'
import { createStreamState, type Step, type StreamEvent, type StreamState } from './stream.ts'

testScripts({
  'X2: the subscriptions in a stale request are applied': {
    delta: `
      serve EDS a=1 b=1
      ask EDS +a → EDS#1 a=1
      ack 1
      ack 1 +b → stale | EDS#2 b=1
      ack 2
      ack 1 -a → stale
      serve EDS a=2 b=2 → EDS#3 b=2
      nack 1 +a → stale | EDS#4 a=2
    `,
  },
  'X3: the first request of a type on a stream is fresh, whatever its nonce': {
    delta: `
      serve EDS a=1 b=1
      ask EDS +a → EDS#1 a=1
      ack 1
      reconnect
      ack 1 +a +b → EDS#1 a=1 b=1
      ack 1
      status → EDS SYNCED
    `,
  },
  'X21: after a reconnect the difference is sent, and nothing without a difference': {
    delta: `
      serve CDS a=1 b=1 | EDS a=1 b=1
      ask CDS holding a=1 b=1
      ask EDS +a +b holding a=1 b=1
      status → CDS SYNCED | EDS SYNCED
      reconnect
      serve CDS a=1 b=2 d=1
      ask CDS holding a=1 b=1 c=1 → CDS#1 b=2 d=1 -c
      ask EDS +a +b +c holding a=1 b=2 c=1 → EDS#2 b=1 -c
      ask LDS holding l=1
      ack 1
      ack 2 → LDS#3 -l
    `,
  },
  'a wildcard that begins in mid-stream is answered at once, like a first request': {
    delta: `
      serve CDS a=1 | LDS l=1 m=1
      ask CDS → CDS#1 a=1
      ask LDS +l → LDS#2 l=1
      ack 1 2
      serve CDS a=2 → CDS#3 a=2
      ask LDS +* → LDS#4 l=1 m=1
    `,
  },
  'X10: other types that are asked for before EDS change nothing about the endpoints that follow clusters': {
    delta: `
      serve CDS a=2 | EDS a=1 | SDS a=1
      ask CDS holding a=1 → CDS#1 a=2
      ask SDS +a holding a=1
      ask EDS +a holding a=1 → EDS#2 a=1
    `,
  },
  'X21: a client is sent nothing for resources that it has and does not subscribe to': {
    delta: `
      serve EDS a=2
      ask EDS +b holding a=1 b=1 → EDS#1 -b
      ask EDS +a → EDS#2 a=2
    `,
  },
  'X21: a first request is answered for names that the client does not have': {
    delta: `
      serve EDS a=1 b=1
      ask EDS +a +b +c holding a=1 → EDS#1 b=1 -c
    `,
  },
  'X21: an empty answer is sent to a client that holds nothing, and not to one that reconnects': {
    delta: `
      serve CDS | LDS l=1
      ask CDS → CDS#1
      ask LDS holding l=1
    `,
  },
  'responses follow each other without waiting for answers, and each is answered on its own': {
    delta: `
      serve EDS a=1 b=1
      ask EDS +a → EDS#1 a=1
      serve EDS a=2 b=1 → EDS#2 a=2
      ask EDS +b → EDS#3 b=1
      ack 1
      nack 2
      status → EDS NACKED
      ack 3
      status → EDS NACKED
      serve EDS a=3 b=1 → EDS#4 a=3
      status → EDS STALE
    `,
  },
})

const EDS = typeUrlFor('EDS')
const REFUSED = { code: 13, message: 'no' }

function request(fields: RequestFields<DeltaRequest>): StreamEvent<DeltaRequest> {
  return { kind: 'request', request: deltaRequest({ typeUrl: EDS, ...fields }) }
}

/** The steps of a stream, each from the state that the last one left. */
function run(...events: readonly StreamEvent<DeltaRequest>[]): Step[] {
  let state = createStreamState()
  return events.map((event) => {
    const step = delta.step(state, event)
    state = step.state
    return step
  })
}

function stateAfter(...events: readonly StreamEvent<DeltaRequest>[]): StreamState {
  return run(...events).at(-1)?.state ?? createStreamState()
}

function served(text: string, sequence = 1) {
  return { kind: 'snapshot', snapshot: snapshotFor(text, sequence) } as const
}

t.test('X4: only error_detail makes a NACK, and what comes with it is applied', async (t) => {
  const before = [served('EDS a=1 b=1'), request({ subscribe: ['a'] })]
  const [, , acked] = run(...before, request({ responseNonce: '1' }))
  t.match(acked?.report, [{ kind: 'acked', typeUrl: EDS, response: { nonce: '1' } }])
  const [, , nacked] = run(...before, request({ responseNonce: '1', errorDetail: REFUSED, subscribe: ['b'] }))
  t.match(nacked?.report, [
    { kind: 'nacked', typeUrl: EDS, response: { nonce: '1' }, ...REFUSED },
    { kind: 'subscribed', typeUrl: EDS, names: 2, wildcard: false },
    { kind: 'sent', typeUrl: EDS, response: { nonce: '2' } },
  ])
})

t.test(
  'X46, X63: a step reports subscriptions, responses, answers, stale requests and missing names',
  async (t) => {
    const reports = run(
      served('EDS a=1'),
      request({ subscribe: ['a', 'b'] }),
      request({ responseNonce: '1' }),
      request({ responseNonce: '9' }),
      request({}),
      request({ unsubscribe: ['b'] }),
    ).map(({ report }) => report)
    const subscribed = { kind: 'subscribed', typeUrl: EDS, wildcard: false }
    t.match(reports, [
      [],
      [
        { ...subscribed, names: 2, added: new Set(['a', 'b']), dropped: new Set() },
        { kind: 'sent', typeUrl: EDS, response: { nonce: '1' } },
        { kind: 'missing', typeUrl: EDS, names: ['b'] },
      ],
      [{ kind: 'acked', typeUrl: EDS, response: { nonce: '1' } }],
      [{ kind: 'stale', typeUrl: EDS, nonce: '9' }],
      [],
      [
        { ...subscribed, names: 1, added: new Set(), dropped: new Set(['b']) },
        { kind: 'missing', typeUrl: EDS, names: [] },
      ],
    ])
    t.same(
      reports.map(({ length }) => length),
      [0, 3, 1, 1, 0, 2],
    )
  },
)

t.test('a response carries the version of its type, and all that is in it is new', async (t) => {
  const resources = [resourceFor('EDS', 'a=1'), resourceFor('EDS', 'b=1')]
  const snapshot = createSnapshot('fleet', 1, new Map([[EDS, createTypeSnapshot(EDS, resources, 'v1')]]))
  const [, step] = run({ kind: 'snapshot', snapshot }, request({ subscribe: ['a', 'c'] }))
  t.match(step?.send, [{ typeUrl: EDS, version: 'v1', removed: ['c'] }])
  t.same(step?.send[0]?.resources.map(textOf), ['a=1'])
  t.equal(step?.send[0]?.changedResources, step?.send[0]?.resources)
})

t.test('a client that never answers is sent a limited number of responses', async (t) => {
  let state = stateAfter(served('EDS a=0'), request({ subscribe: ['a'] }))
  let sent = 1
  for (let content = 1; content < MAX_PENDING_RESPONSES + 20; content += 1) {
    const step = delta.step(state, served(`EDS a=${content}`, content + 1))
    state = step.state
    sent += step.send.length
  }
  t.equal(sent, MAX_PENDING_RESPONSES)
  const { send } = delta.step(state, request({ responseNonce: '1' }))
  t.same(
    send.flatMap(({ resources }) => resources.map(textOf)),
    [`a=${MAX_PENDING_RESPONSES + 19}`],
  )
})

t.test(
  'X37: a large answer is split, each part is answered, and what waits for it waits for all',
  async (t) => {
    const large = createResources(['a', 'b', 'c'].map((name) => secret(name, 'x'.repeat(2 * 1024 * 1024))))
    const { types } = snapshotFor('LDS l=1', 1)
    const first = createSnapshot('fleet', 1, types)
    const second = createSnapshot(
      'fleet',
      2,
      new Map(snapshotFor('LDS l=2', 2).types).set(SECRET, createTypeSnapshot(SECRET, large)),
    )
    const LDS = typeUrlFor('LDS')
    const state = stateAfter(
      { kind: 'snapshot', snapshot: first },
      request({ typeUrl: SECRET, subscribe: ['*'] }),
      request({ typeUrl: SECRET, responseNonce: '1' }),
      request({ typeUrl: LDS }),
      request({ typeUrl: LDS, responseNonce: '2' }),
    )
    const pushed = delta.step(state, { kind: 'snapshot', snapshot: second })
    t.same(
      pushed.send.map(({ nonce, resources }) => [nonce, ...resources.map(({ name }) => name)]),
      [
        ['3', 'a'],
        ['4', 'b'],
        ['5', 'c'],
      ],
    )
    const answers = ['3', '5', '4'].map((responseNonce) => request({ typeUrl: SECRET, responseNonce }))
    let last = pushed
    const sentAfter = answers.map((answer) => {
      last = delta.step(last.state, answer)
      return last.send.map(({ typeUrl }) => typeUrl)
    })
    t.same(sentAfter, [[], [], [LDS]])
  },
)

t.test('a step is pure: from one state the same event always gives the same', async (t) => {
  const state = stateAfter(served('EDS a=1 b=1'), request({ subscribe: ['a'] }))
  const ask = request({ subscribe: ['b'] })
  const first = delta.step(state, ask)
  delta.step(state, served('EDS a=2 b=2', 2))
  delta.step(first.state, served('EDS a=2 b=2', 2))
  t.same(delta.step(state, ask), first)
})
