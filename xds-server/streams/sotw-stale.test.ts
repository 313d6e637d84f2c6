// SotW requests that a client sent before it read the newest response: with an older nonce, or without a nonce.

import t from 'tap'
import { sotwRequest } from '../../test/support/requests.ts'
import { snapshotFor } from '../../test/support/script-resources.ts'
import { testScripts } from '../../test/support/stream-script.ts'
import { CLUSTER } from '../snapshot/resource-type.ts'
import { sotw } from './protocol.ts'
import { createStreamState, type StreamState } from './stream.ts'

testScripts({
  'X1: what a request with a stale nonce leaves out is sent again when the client lists it again': {
    sotw: `
      serve EDS a=1 b=1 c=1
      ask EDS a → EDS#1 a=1
      ack 1 a b → EDS#2 b=1
      ack 1 a → stale
      ack 1 b c → stale
      ack 2 → EDS#3 a=1 b=1
      ack 3
      ack 2 → stale
      ack 3
      status → EDS SYNCED
    `,
  },
  'X1: a name that a stale request gave up may have come back by the response on its way': {
    sotw: `
      serve CDS a=1 b=1
      ask CDS a b → CDS#1 a=1 b=1
      ack 1
      serve CDS a=2 b=1 → CDS#2 a=2 b=1
      ack 1 a → stale
      serve CDS a=2 b=bad
      ack 2 a b → CDS#3 a=2 b=bad
      nack 3 blaming b
      serve CDS a=3 b=bad → CDS#4 a=3 b=bad
      nack 4 blaming b
      serve CDS a=3 b=2 → CDS#5 a=3 b=2
      ack 5
      status → CDS SYNCED
    `,
  },
  'X1: a request with a stale nonce and then the next one may end a wildcard and begin it again': {
    sotw: `
      serve EDS a=1 b=1
      ask EDS * → EDS#1 a=1 b=1
      ack 1
      serve EDS a=2 b=1 → EDS#2 a=2
      ack 1 → stale
      ack 1 c → stale
      ack 2 * → EDS#3 a=2 b=1
    `,
  },
  'X51: a client that begins again asks for all of its names, whatever a stale request left out': {
    sotw: `
      serve EDS a=1 b=1
      ask EDS a b → EDS#1 a=1 b=1
      ack 1
      serve EDS a=2 b=1 → EDS#2 a=2
      ack 1 a → stale
      again EDS a b → EDS#3 a=2 b=1
      ack 3
    `,
  },
  'X51: a client that begins again before it has read a response learns that a name in it is gone': {
    sotw: `
      serve CDS a=1 b=1
      ask CDS a → CDS#1 a=1
      serve CDS b=1
      again CDS
      again CDS a → CDS#2
      ack 2
      status → CDS SYNCED
    `,
  },
  'X1: a request with a stale nonce may end a wildcard, and cannot begin one': {
    sotw: `
      serve CDS a=1 b=1 | EDS a=1 b=1
      ask CDS → CDS#1 a=1 b=1
      ack 1
      serve CDS a=2 b=1 | EDS a=1 b=1 → CDS#2 a=2 b=1
      ack 1 a → stale
      ack 2
      ask CDS
      ask CDS * → CDS#3 a=2 b=1
      ask EDS a → EDS#4 a=1
      ack 4 a b → EDS#5 b=1
      ack 4 * → stale
      ack 5 a b
      ack 5 * → EDS#6 a=1 b=1
    `,
  },
})

t.test(
  'X51: a client that begins again subscribes to all of its names anew, and gives up the others',
  async (t) => {
    const ask = (state: StreamState, ...resourceNames: readonly string[]) =>
      sotw.step(state, { kind: 'request', request: sotwRequest({ typeUrl: CLUSTER, resourceNames }) })
    const begun = { ...createStreamState(), snapshot: snapshotFor('CDS a=1 b=1 c=1', 1) }
    const { report, send } = ask(ask(begun, 'a', 'b').state, 'b', 'c')
    t.match(send, [{ resources: [{ name: 'b' }, { name: 'c' }] }])
    t.strictSame(
      report.filter(({ kind }) => kind === 'subscribed'),
      [
        {
          ...{ kind: 'subscribed', typeUrl: CLUSTER, names: 2, wildcard: false },
          ...{ added: new Set(['b', 'c']), dropped: new Set(['a']) },
        },
      ],
    )
  },
)
