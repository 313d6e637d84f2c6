// Answers on a state-of-the-world stream: to responses that a newer one superseded, and to heartbeats.

import t from 'tap'
import { type RequestFields, sotwRequest } from '../../test/support/requests.ts'
import { snapshotFor, textOf, typeUrlFor } from '../../test/support/script-resources.ts'
import { testScripts } from '../../test/support/stream-script.ts'
import { sotw } from './protocol.ts'
import type { SotwRequest } from './requests.ts'
import { createStreamState, type Step, type StreamEvent, type StreamState } from './stream.ts'

testScripts({
  'X1: the ACK of a superseded response says what the client has, also if its list is shorter': {
    sotw: `
      serve CDS a=1
      ask CDS * → CDS#1 a=1
      serve CDS a=2 b=1 → CDS#2 a=2 b=1
      resources → a stale, serves 2 | b stale, serves 1
      ack 1
      resources → a stale, serves 2, has 1, ACKed (type) | b stale, serves 1
      serve CDS a=3 b=1 → CDS#3 a=3 b=1
      ack 2 a
      resources → a stale, serves 3, has 2, ACKed (type) | b synced, serves 1, has 1, ACKed (type)
    `,
  },
  'X5: a NACK of a superseded response leaves its names to the next one, and not to those after it': {
    sotw: `
      serve CDS a=1
      ask CDS → CDS#1 a=1
      ack 1
      serve CDS a=bad → CDS#2 a=bad
      serve CDS a=bad b=1 → CDS#3 a=bad b=1
      serve CDS a=bad b=1 c=1 → CDS#4 a=bad b=1 c=1
      nack 2
      ack 3
      resources → a synced, serves bad, has bad, ACKed (type) | b synced, serves 1, has 1, ACKed (type) | c stale, serves 1
      nack 4
      resources → a synced, serves bad, has bad, ACKed (type) | b synced, serves 1, has 1, ACKed (type) | c error, serves 1, NACKed (type) rejected
    `,
  },
  'X5: a NACK of the next response after a NACKed one means the content of both': {
    sotw: `
      serve CDS a=1
      ask CDS → CDS#1 a=1
      ack 1
      serve CDS a=bad → CDS#2 a=bad
      serve CDS a=bad b=1 → CDS#3 a=bad b=1
      nack 2
      nack 3
      resources → a error, serves bad, has 1, ACKed (type), NACKed (type) rejected | b error, serves 1, NACKed (type) rejected
    `,
  },
  'X6: of a response that went in parts, the NACK of an earlier part counts at once': {
    sotw: `
      serve EDS a=1 b=1
      ask EDS a b → EDS#1 a=1 b=1
      nack 1 → EDS#2 a=1 | EDS#3 b=1
      nack 2
      status → EDS NACKED
      ack 3
      status → EDS NACKED
      serve EDS a=2 b=1 → EDS#4 a=2
    `,
  },
  'X1: of the names after a stale request, one that the client never had is missing and not unknown': {
    sotw: `
      serve EDS a=1
      ask EDS a → EDS#1 a=1
      serve EDS a=2
      ack 1 → EDS#2 a=2
      ack 1 b → stale
      block
      ack 2 a c
      status → EDS MISSING
    `,
  },
  'X5: a name that is listed beside a wildcard does not hide what the client had of it': {
    sotw: `
      serve CDS a=1
      ask CDS * → CDS#1 a=1
      block
      serve CDS a=bad
      ack 1 * a
      drain → CDS#2 a=bad
      nack 2 blaming a
      serve CDS a=bad b=1 → CDS#3 a=1 b=1
    `,
  },
  'X59: a heartbeat of whole state waits while the client waits for more names': {
    sotw: `
      as expiring
      serve CDS a=1~9000 b=1
      ask CDS a → CDS#1 a=1~9000
      ack 1
      unserve
      ask CDS a b
      beat CDS 9000
      serve CDS a=1~9000 b=1 → CDS#2 a=1~9000 b=1
    `,
  },
  'X59: a NACK of a heartbeat means the ACKed response before it, whatever else is NACKed': {
    sotw: `
      as expiring
      serve UNKNOWN a=1~9000 b=1~9000
      ask UNKNOWN a b → UNKNOWN#1 a=1~9000 b=1~9000
      nack 1 blaming b → UNKNOWN#2 a=1~9000
      ack 2
      beat UNKNOWN 9000 → UNKNOWN#2+3 a=1~9000
      nack 2+3 → UNKNOWN#4 a=1~9000
    `,
  },
  'X59: a NACK of a heartbeat after an unanswered response means that response, and nothing else': {
    sotw: `
      as expiring
      serve UNKNOWN a=1~9000 b=1~9000
      ask UNKNOWN a b → UNKNOWN#1 a=1~9000 b=1~9000
      ack 1
      serve UNKNOWN a=2~9000 b=1~9000 → UNKNOWN#2 a=2~9000
      beat UNKNOWN 9000 → UNKNOWN#2+3 a=2~9000 b=1~9000
      nack 2+3 blaming a
      status → UNKNOWN NACKED
    `,
  },
})

const CDS = typeUrlFor('CDS')
const REFUSED = { code: 13, message: 'no' }

function request(fields: RequestFields<SotwRequest>): StreamEvent<SotwRequest> {
  return { kind: 'request', request: sotwRequest({ typeUrl: CDS, ...fields }) }
}

function served(text: string, sequence = 1) {
  return { kind: 'snapshot', snapshot: snapshotFor(text, sequence) } as const
}

/** The last step of these events, from the state before it. */
function lastOf(...events: readonly StreamEvent<SotwRequest>[]): Step & { readonly before: StreamState } {
  let before = createStreamState({ ttls: 'sotw' })
  let step: Step = { state: before, send: [], report: [] }
  for (const event of events) {
    before = step.state
    step = sotw.step(before, event)
  }
  return { ...step, before }
}

t.test('X5: a NACK of a superseded response is reported at once', async (t) => {
  const { report } = lastOf(
    served('CDS a=1'),
    request({}),
    served('CDS a=2', 2),
    request({ responseNonce: '1', errorDetail: REFUSED }),
  )
  t.match(report, [{ kind: 'nacked', typeUrl: CDS, response: { nonce: '1' }, ...REFUSED }])
})

t.test('X59: the answer to a heartbeat after an unanswered response is reported as its answer', async (t) => {
  const events = [
    served('CDS a=1~9000'),
    request({}),
    { kind: 'heartbeat', isLate: false, typeUrl: CDS, ttlMs: 9000 },
  ] as const
  const { send } = lastOf(...events)
  const [{ nonce: responseNonce = '' } = {}] = send
  t.match(lastOf(...events, request({ responseNonce })).report, [{ kind: 'acked', response: { nonce: '1' } }])
})

t.test('X32: a heartbeat of a type without whole state carries its TTLs too', async (t) => {
  const RTDS = typeUrlFor('RTDS')
  const { send } = lastOf(
    served('RTDS a=1~9000 b=1~500'),
    request({ typeUrl: RTDS, resourceNames: ['a', 'b'] }),
    { kind: 'heartbeat', isLate: false, typeUrl: RTDS, ttlMs: 9000 },
  )
  t.match(send, [{ ttls: 'carried' }])
  t.same(
    send.flatMap(({ resources }) => resources.map(textOf)),
    ['a=1'],
  )
})

t.test(
  'X4: an ACK that lists the same names keeps the subscription itself, so that streams share it',
  async (t) => {
    const { resourceNames } = sotwRequest({ typeUrl: CDS, resourceNames: ['a', 'b'] })
    const { before, state } = lastOf(
      served('CDS a=1 b=1'),
      request({ resourceNames }),
      request({ resourceNames, responseNonce: '1' }),
    )
    t.equal(state.typeStates.get(CDS)?.subscription, before.typeStates.get(CDS)?.subscription)
  },
)

t.test('X1: a stale request that leaves nothing out changes nothing', async (t) => {
  const resourceNames = ['a']
  const { before, state } = lastOf(
    served('CDS a=1'),
    request({ resourceNames }),
    request({ resourceNames, responseNonce: '1' }),
    served('CDS a=2', 2),
    request({ resourceNames, responseNonce: '1' }),
  )
  t.equal(state, before)
})

t.test('X21: a client that reports no version has none', async (t) => {
  const { state } = lastOf(request({}))
  t.strictSame(state.typeStates.get(CDS)?.request.clientVersion, undefined)
  const { state: reported } = lastOf(request({ versionInfo: 'v1' }))
  t.equal(reported.typeStates.get(CDS)?.request.clientVersion, 'v1', 'the twin')
})
