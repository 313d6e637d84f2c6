// The machine of a state-of-the-world stream: nonces, whole and partial responses, reconnects, and what it reports.

import t from 'tap'
import { type RequestFields, sotwRequest } from '../../test/support/requests.ts'
import { resourceFor, snapshotFor, textOf, typeUrlFor } from '../../test/support/script-resources.ts'
import { testScripts } from '../../test/support/stream-script.ts'
import { createSnapshot } from '../snapshot/snapshot.ts'
import { createTypeSnapshot } from '../snapshot/type-snapshot.ts'
import { setVersion } from '../snapshot/version.ts'
import { sotw } from './protocol.ts'
import type { SotwRequest } from './requests.ts'
import { MAX_PENDING_RESPONSES } from './step.ts'
import { createStreamState, type Step, type StreamEvent, type StreamState } from './stream.ts'

testScripts({
  'X1: a request with a stale nonce is not answered, and no name starves': {
    sotw: `
      serve EDS a=1 b=1 c=1
      ask EDS a → EDS#1 a=1
      serve EDS a=2 b=1 c=1
      ack 1 a b → EDS#2 a=2 b=1
      serve EDS a=3 b=2 c=1
      ack 1 a b c → stale
      ack 2 a b c → EDS#3 a=3 b=2 c=1
      serve EDS a=4 b=2 c=2
      ack 2 a → stale
      ack 3 a b c → EDS#4 a=4 b=2 c=2
      ack 4
      status → EDS SYNCED
    `,
  },
  'X1: each type has one pending response at a time, and types do not wait for each other': {
    sotw: `
      serve EDS a=1 | SDS a=1
      ask EDS a → EDS#1 a=1
      ask SDS a → SDS#2 a=1
      serve EDS a=2 | SDS a=2
      serve EDS a=3 | SDS a=3
      ack 2 → SDS#3 a=3
      ack 1 → EDS#4 a=3
    `,
  },
  'X1: a subscription of * and names has one pending response at a time': {
    sotw: `
      serve CDS a=1 | EDS a=1
      ask CDS * a → CDS#1 a=1
      ask EDS * → EDS#2 a=1
      serve CDS a=2 | EDS a=2
      ack 2 → EDS#3 a=2
      ack 1 → CDS#4 a=2
    `,
  },
  'a full-state response may supersede an un-ACKed one, and an answer to either counts': {
    sotw: `
      serve CDS a=1
      ask CDS → CDS#1 a=1
      serve CDS a=2 → CDS#2 a=2
      status → CDS STALE
      ack 1
      status → CDS STALE
      ack 2
      status → CDS SYNCED
      serve CDS a=3 → CDS#3 a=3
      serve CDS a=4 → CDS#4 a=4
      ack 4
      status → CDS SYNCED
    `,
  },
  'a NACK of a superseded response waits for the answer to the newer one': {
    sotw: `
      serve CDS a=bad
      ask CDS → CDS#1 a=bad
      serve CDS a=bad b=1 → CDS#2 a=bad b=1
      nack 1
      status → CDS STALE
      nack 2
      status → CDS NACKED
      serve CDS a=1 b=1 → CDS#3 a=1 b=1
      ack 3
      status → CDS SYNCED
    `,
  },
  'X3: the first request of a type on a stream is fresh, whatever its nonce': {
    sotw: `
      serve EDS a=1 b=1 | CDS a=1
      ask CDS → CDS#1 a=1
      ask EDS a → EDS#2 a=1
      ack 1 2
      reconnect
      ack 1 → CDS#1 a=1
      ack 2 a b → EDS#2 a=1 b=1
    `,
  },
  'X3: no nonce is stale before the first response of a type on a stream': {
    sotw: `
      serve EDS a=1
      ask EDS a → EDS#1 a=1
      reconnect
      ack 1 c
      ack 1 c b a → EDS#1 a=1
      ack 1 a
    `,
  },
  'X21: after a reconnect listeners and clusters of an equal version are not sent, all else is': {
    sotw: `
      serve CDS a=1 b=1 | EDS a=1 | LDS l=1 | RDS l=1
      ask CDS holding a=1 b=1
      ask LDS holding l=1
      ask EDS a holding a=1 → EDS#1 a=1
      ask RDS l holding l=1
      ack 1 → RDS#2 l=1
      ack 2
      status → CDS SYNCED | EDS SYNCED | LDS SYNCED | RDS SYNCED
      serve CDS a=1 → CDS#3 a=1
    `,
  },
  'X21: after a reconnect listeners and clusters of another version are sent in full': {
    sotw: `
      serve CDS a=1 b=1 | LDS
      ask CDS holding a=1 b=2 → CDS#1 a=1 b=1
      ask LDS holding l=1
      ask EDS a → EDS#2 a=empty
      ack 1
      ack 2 → LDS#3
    `,
  },
  'X21: a cluster that was deleted while the client was away is missing from the answer': {
    sotw: `
      serve CDS a=1
      ask CDS holding a=1 b=1 → CDS#1 a=1
    `,
  },
  'X21: clusters that are subscribed by name are sent, whatever the version': {
    sotw: `
      serve CDS a=1
      ask CDS a holding a=1 → CDS#1 a=1
    `,
  },
  'X21: a listener that is subscribed by name and was deleted while the client was away is missing': {
    sotw: `
      serve LDS k=1 | CDS
      ask LDS l holding l=1 → LDS#1
      ask CDS a
    `,
  },
  'X21: a reported version counts for the first response only': {
    sotw: `
      serve CDS a=2
      ask CDS holding a=1 → CDS#1 a=2
      ack 1
      serve CDS a=1 → CDS#2 a=1
    `,
  },
  'X21: a reported version counts if the snapshot comes after it': {
    sotw: `
      ask CDS holding a=1
      serve CDS a=1
      serve CDS a=2 → CDS#1 a=2
    `,
  },
  'X24: when one listener or cluster changes all are sent, and for other types only the changed one': {
    sotw: `
      serve CDS a=1 b=1 c=1 | EDS a=1 b=1 c=1 | LDS a=1 b=1 | RDS a=1 b=1 | SDS a=1 b=1
      ask CDS → CDS#1 a=1 b=1 c=1
      ask EDS a b c → EDS#2 a=1 b=1 c=1
      ask LDS → LDS#3 a=1 b=1
      ask RDS a b → RDS#4 a=1 b=1
      ask SDS a b → SDS#5 a=1 b=1
      ack 1 2 3 4 5
      serve EDS a=1 b=2 c=1 → EDS#6 b=2
      ack 6
      serve RDS a=1 b=2 → RDS#7 b=2
      ack 7
      serve SDS a=1 b=2 → SDS#8 b=2
      ack 8
      serve LDS a=1 b=2 → LDS#9 a=1 b=2
      ack 9
      serve CDS a=1 b=2 c=1 → CDS#10 a=1 b=2 c=1 | EDS#11 b=2
    `,
  },
  'X24: with clusters that are subscribed by name, all subscribed ones are sent': {
    sotw: `
      serve CDS a=1 b=1 c=1
      ask CDS a c x → CDS#1 a=1 c=1
      ack 1
      serve CDS a=2 b=2 c=1 → CDS#2 a=2 c=1
      ack 2
      serve CDS a=2 b=3 c=1
      serve CDS a=2 → CDS#3 a=2
      ack 3
      serve CDS → CDS#4
    `,
  },
  'X24: names of a full-state type that are unsubscribed need no answer': {
    sotw: `
      serve CDS a=1 b=1
      ask CDS a b → CDS#1 a=1 b=1
      ack 1 b
      serve CDS b=1
    `,
  },
})

const CDS = typeUrlFor('CDS')
const REFUSED = { code: 13, message: 'no' }

function request(fields: RequestFields<SotwRequest>): StreamEvent<SotwRequest> {
  return { kind: 'request', request: sotwRequest({ typeUrl: CDS, ...fields }) }
}

/** The steps of a stream, each from the state that the last one left. */
function run(...events: readonly StreamEvent<SotwRequest>[]): Step[] {
  let state = createStreamState()
  return events.map((event) => {
    const step = sotw.step(state, event)
    state = step.state
    return step
  })
}

function stateAfter(...events: readonly StreamEvent<SotwRequest>[]): StreamState {
  return run(...events).at(-1)?.state ?? createStreamState()
}

function served(text: string, sequence = 1) {
  return { kind: 'snapshot', snapshot: snapshotFor(text, sequence) } as const
}

for (const versionInfo of ['', 'another', setVersion([resourceFor('CDS', 'a=1')])]) {
  t.test(`X4: with version "${versionInfo}" only error_detail makes a NACK`, async (t) => {
    const before = [served('CDS a=1'), request({})]
    const [, , acked] = run(...before, request({ versionInfo, responseNonce: '1' }))
    t.match(acked?.report, [{ kind: 'acked', typeUrl: CDS, response: { nonce: '1' } }])
    const [, , nacked] = run(...before, request({ versionInfo, responseNonce: '1', errorDetail: REFUSED }))
    t.match(nacked?.report, [{ kind: 'nacked', typeUrl: CDS, response: { nonce: '1' }, ...REFUSED }])
  })
}

t.test('X4: a NACK that also subscribes to a new name is answered with it', async (t) => {
  const EDS = { typeUrl: typeUrlFor('EDS') }
  const [, , nacked] = run(
    served('EDS a=1 b=1'),
    request({ ...EDS, resourceNames: ['a'] }),
    request({ ...EDS, resourceNames: ['a', 'b'], responseNonce: '1', errorDetail: REFUSED }),
  )
  t.match(
    nacked?.report.map(({ kind }) => kind),
    ['nacked', 'subscribed', 'sent'],
  )
  t.same(
    nacked?.send.flatMap(({ resources }) => resources.map(textOf)),
    ['b=1'],
  )
})

t.test('a step reports subscriptions, responses, answers and stale requests', async (t) => {
  const reports = run(
    served('CDS a=1'),
    request({ resourceNames: ['a', 'b', '*'] }),
    request({ resourceNames: ['a', 'b', '*'], responseNonce: '1' }),
    request({ resourceNames: ['*'], responseNonce: '1' }),
    request({ resourceNames: ['*'], responseNonce: '7' }),
    request({ resourceNames: [], responseNonce: '1' }),
    request({ resourceNames: ['*'], responseNonce: '1' }),
  ).map(({ report }) => report)
  const subscribed = (names: number, wildcard: boolean, added: string[] = [], dropped: string[] = []) => ({
    kind: 'subscribed',
    typeUrl: CDS,
    names,
    wildcard,
    added: new Set(added),
    dropped: new Set(dropped),
  })
  const sent = (nonce: string) => ({ kind: 'sent', typeUrl: CDS, response: { nonce, typeUrl: CDS } })
  t.match(reports, [
    [],
    [subscribed(2, true, ['a', 'b']), sent('1')],
    [{ kind: 'acked', typeUrl: CDS, response: { nonce: '1' } }],
    [subscribed(0, true, [], ['a', 'b'])],
    [{ kind: 'stale', typeUrl: CDS, nonce: '7' }],
    [],
    [subscribed(0, true), sent('2')],
  ])
  t.same(
    reports.map(({ length }) => length),
    [0, 2, 1, 1, 1, 0, 2],
  )
})

t.test('a response has its changed and removed resources, which are what a NACK rejects', async (t) => {
  const [, first, second, third, nacked] = run(
    served('CDS a=1 b=1'),
    request({}),
    served('CDS a=1 c=1', 2),
    served('CDS a=2 b=2 c=1', 3),
    request({ responseNonce: '3', errorDetail: REFUSED }),
  )
  const contentOf = (step: Step | undefined) =>
    [
      ...(step?.send ?? []),
      ...(step?.report ?? []).flatMap((one) => (one.kind === 'nacked' ? one.response : [])),
    ].map(({ resources, changedResources, removed }) => [
      resources.map(textOf),
      changedResources.map(textOf),
      removed,
    ])
  t.same(contentOf(first), [[['a=1', 'b=1'], ['a=1', 'b=1'], []]])
  t.same(contentOf(second), [[['a=1', 'c=1'], ['c=1'], ['b']]])
  t.same(contentOf(third), [[['a=2', 'b=2', 'c=1'], ['a=2', 'b=2'], []]])
  t.same(
    contentOf(nacked),
    [
      [['a=2', 'b=2', 'c=1'], ['a=2', 'b=2', 'c=1'], []],
      [['a=2', 'b=2', 'c=1'], ['a=2', 'b=2', 'c=1'], []],
    ],
    'earlier responses were read and not answered, so one of them may be meant, and the content is sent once more',
  )
})

t.test('a superseded removal is NACKed with the response that superseded it', async (t) => {
  const [, , , , nacked] = run(
    served('CDS a=1 b=1'),
    request({}),
    served('CDS a=1', 2),
    served('CDS a=2', 3),
    request({ responseNonce: '3', errorDetail: REFUSED }),
  )
  t.match(nacked?.report, [{ kind: 'nacked', response: { removed: ['b'] } }])
})

t.test('a client that never answers is sent a limited number of full-state responses', async (t) => {
  let state = stateAfter(served('CDS a=0'), request({}))
  let sent = 1
  for (let content = 1; content < MAX_PENDING_RESPONSES + 20; content += 1) {
    const step = sotw.step(state, served(`CDS a=${content}`, content + 1))
    state = step.state
    sent += step.send.length
  }
  t.equal(sent, MAX_PENDING_RESPONSES)
  const { send } = sotw.step(state, request({ responseNonce: `${MAX_PENDING_RESPONSES}` }))
  t.same(
    send.flatMap(({ resources }) => resources.map(textOf)),
    [`a=${MAX_PENDING_RESPONSES + 19}`],
  )
})

t.test('a response carries the version of its type, given or not', async (t) => {
  const resources = [resourceFor('CDS', 'a=1'), resourceFor('CDS', 'b=1')]
  const given = createSnapshot('fleet', 1, new Map([[CDS, createTypeSnapshot(CDS, resources, 'v1')]]))
  const [, ofHash] = run(served('CDS a=1 b=1'), request({}))
  const [, ofCaller] = run({ kind: 'snapshot', snapshot: given }, request({}))
  const [, ofSome] = run({ kind: 'snapshot', snapshot: given }, request({ resourceNames: ['a'] }))
  const [, claimed] = run({ kind: 'snapshot', snapshot: given }, request({ versionInfo: 'v1' }))
  t.equal(ofHash?.send[0]?.version, setVersion(resources))
  t.equal(ofCaller?.send[0]?.version, 'v1')
  t.equal(ofSome?.send[0]?.version, 'v1')
  t.same(claimed?.send, [])
})

t.test(
  'a whole response with a removal held back has a version of its own, and is sorted by name',
  async (t) => {
    const LDS = { typeUrl: typeUrlFor('LDS') }
    const steps = run(
      served('CDS b=1 z=1 | LDS l=1'),
      request({}),
      request(LDS),
      request({ responseNonce: '1' }),
      request({ ...LDS, responseNonce: '2' }),
      served('CDS a=1 c=1 z=1 | LDS l=2', 2),
    )
    const [response] = steps.at(-1)?.send ?? []
    const texts = ['a=1', 'b=1', 'c=1', 'z=1']
    t.same(response?.resources.map(textOf), texts)
    t.equal(response?.version, setVersion(texts.map((text) => resourceFor('CDS', text))))
  },
)

t.test('a step is pure: from one state the same event always gives the same', async (t) => {
  const state = stateAfter(served('CDS a=1 | EDS a=1'), request({}))
  const ask = request({ typeUrl: typeUrlFor('EDS'), resourceNames: ['a'] })
  const first = sotw.step(state, ask)
  sotw.step(state, served('CDS a=2 | EDS a=2', 2))
  sotw.step(first.state, served('CDS a=2 | EDS a=2', 2))
  t.same(sotw.step(state, ask), first)
})
