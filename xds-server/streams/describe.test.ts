// How a stream's types stand in the words of the status.

import t from 'tap'
import { deltaRequest, type RequestFields } from '../../test/support/requests.ts'
import { resourceFor, snapshotFor, typeUrlFor } from '../../test/support/script-resources.ts'
import { testScripts } from '../../test/support/stream-script.ts'
import { setVersion } from '../snapshot/version.ts'
import { describeStream } from './describe.ts'
import { delta } from './protocol.ts'
import type { DeltaRequest } from './requests.ts'
import { createStreamState, type StreamEvent } from './stream.ts'

testScripts({
  'a type is NOT_SENT while something is due, STALE until the answer, then SYNCED': {
    sotw: `
      status
      ask CDS
      status → CDS NOT_SENT
      serve CDS a=1 → CDS#1 a=1
      status → CDS STALE
      ack 1
      status → CDS SYNCED
      block
      serve CDS a=2
      status → CDS NOT_SENT
      drain → CDS#2 a=2
      nack 2
      status → CDS NACKED
    `,
    delta: `
      status
      ask CDS
      status → CDS NOT_SENT
      serve CDS a=1 → CDS#1 a=1
      status → CDS STALE
      ack 1
      status → CDS SYNCED
      block
      serve CDS a=2
      status → CDS NOT_SENT
      drain → CDS#2 a=2
      nack 2
      status → CDS NACKED
    `,
  },
  'a subscribed name that is not answered yet is NOT_SENT': {
    delta: `
      serve EDS a=1 b=1
      ask EDS +a → EDS#1 a=1
      ack 1
      block
      ask EDS +b
      status → EDS NOT_SENT
    `,
  },
  'a type is NACKED while what was NACKED is served, also after the snapshot goes': {
    delta: `
      serve EDS a=1 b=1
      ask EDS +a +b → EDS#1 a=1 b=1
      block
      nack 1 blaming a b
      unserve
      status → EDS NACKED
      serve EDS a=1 b=1
      status → EDS NACKED
      serve EDS a=1 b=2
      status → EDS NOT_SENT
      drain → EDS#2 a=1 | EDS#3 b=2
      status → EDS STALE
    `,
  },
  'a type is not NACKED once the client has dropped one of the NACKed names': {
    delta: `
      serve EDS a=1 b=1
      ask EDS +a +b → EDS#1 a=1 b=1
      block
      nack 1 blaming a b
      ask EDS -a
      status → EDS NOT_SENT
      drain → EDS#2 b=1
    `,
  },
  'X52: a type is UNKNOWN after a NACK that may mean an earlier response, until the next answer': {
    sotw: `
      serve CDS a=bad
      ask CDS → CDS#1 a=bad
      serve CDS a=bad b=1 → CDS#2 a=bad b=1
      nack 2 → CDS#3 a=bad b=1
      status → CDS UNKNOWN
      nack 3
      status → CDS NACKED
    `,
  },
  'a removal that is held back is NOT_SENT': {
    delta: `
      serve CDS a=1 | LDS l=1
      ask CDS → CDS#1 a=1
      ask LDS → LDS#2 l=1
      ack 1 2
      serve CDS | LDS l=2 → LDS#3 l=2
      status → CDS NOT_SENT | LDS STALE
    `,
  },
})

const CDS = typeUrlFor('CDS')

/** One type as it stands after these events. */
function viewAfter(...events: readonly StreamEvent<DeltaRequest>[]) {
  const state = events.reduce((before, event) => delta.step(before, event).state, createStreamState())
  return describeStream(state).get(CDS)
}

function request(fields: RequestFields<DeltaRequest>): StreamEvent<DeltaRequest> {
  return { kind: 'request', request: deltaRequest({ typeUrl: CDS, ...fields }) }
}

function served(text: string, sequence: number) {
  return { kind: 'snapshot', snapshot: snapshotFor(text, sequence) } as const
}

function versionOf(...texts: readonly string[]): string {
  return setVersion(texts.map((text) => resourceFor('CDS', text)))
}

t.test('a subscribed type that is not answered has no versions', async (t) => {
  t.strictSame(viewAfter(request({ subscribe: ['a', 'b'] })), {
    state: 'NOT_SENT',
    wildcard: false,
    names: new Set(['a', 'b']),
    missing: ['a', 'b'],
  })
})

t.test('a missing name that the client does not wait for is not shown', async (t) => {
  // Nothing refers to the cluster, so a call has asked for it on demand.
  const view = viewAfter(served('CDS a=1', 1), request({ subscribe: ['any'] }))
  t.strictSame([view?.state, view?.missing], ['STALE', undefined])
  t.strictSame(viewAfter(request({ subscribe: ['any'] }))?.missing, ['any'], 'without a snapshot')
})

t.test('the status has the last sent and the last ACKed version', async (t) => {
  t.same(
    viewAfter(
      request({}),
      served('CDS a=1', 1),
      request({ responseNonce: '1' }),
      served('CDS a=2', 2),
      served('CDS a=3', 3),
      served('CDS a=4', 4),
    ),
    {
      state: 'STALE',
      wildcard: true,
      names: new Set(),
      sentVersion: versionOf('a=4'),
      ackedVersion: versionOf('a=1'),
    },
  )
})

t.test('what a reconnecting client already has counts as sent', async (t) => {
  const { version } = resourceFor('CDS', 'a=1')
  t.match(viewAfter(served('CDS a=1', 1), request({ initialResourceVersions: new Map([['a', version]]) })), {
    state: 'SYNCED',
    sentVersion: versionOf('a=1'),
    ackedVersion: undefined,
  })
})

t.test("the last NACK is in the status, with the client's message and the NACKed names", async (t) => {
  const nack = (responseNonce: string, message: string) =>
    request({ responseNonce, errorDetail: { code: 13, message } })
  const view = viewAfter(
    served('CDS a=1 b=1', 1),
    request({ subscribe: ['a'] }),
    request({ subscribe: ['b', 'c'] }),
    nack('1', 'first'),
    nack('2', 'second'),
  )
  t.same(view?.nack, {
    version: versionOf('a=1', 'b=1'),
    nonce: '2',
    code: 13,
    message: 'second',
    names: ['b'],
  })
})
