// Names that are looked up before the client learns that they do not exist.

import t from 'tap'
import { deltaRequest } from '../../test/support/requests.ts'
import { snapshotFor } from '../../test/support/script-resources.ts'
import { testScripts } from '../../test/support/stream-script.ts'
import { CLUSTER } from '../snapshot/resource-type.ts'
import { delta } from './protocol.ts'
import { createStreamState, type StreamState } from './stream.ts'

testScripts({
  'X64: a name that the snapshot lacks is answered when its lookup is over': {
    delta: `
      as lookingUp
      serve CDS a=1
      ask CDS +a +b → CDS#1 a=1
      ack 1
      lookedUp CDS b → CDS#2 -b
      ack 2
      serve CDS a=1 b=1 → CDS#3 b=1
    `,
    sotw: `
      as lookingUp
      serve EDS a=1
      ask EDS a b → EDS#1 a=1
      ack 1
      lookedUp EDS b
      serve EDS a=1 b=1 → EDS#2 b=1
    `,
  },
  'X64: what the lookup made is sent at once, and not again': {
    delta: `
      as lookingUp
      serve VHDS r/a=a
      ask VHDS → VHDS#1 r/a=a
      ack 1
      ask VHDS +r/b +r/c
      serve VHDS r/a=a r/b=b → VHDS#2 r/b=b
      ack 2
      lookedUp VHDS r/b r/c → VHDS#3 ?r/c
      ack 3
      status → VHDS SYNCED
    `,
  },
  'X64: a name that the client drops meanwhile is not answered, and two lookups are apart': {
    delta: `
      as lookingUp
      serve CDS a=1
      ask CDS +b
      ask CDS +c -b
      lookedUp CDS b
      lookedUp CDS c → CDS#1 -c
      ask CDS +a → CDS#2 a=1
    `,
  },
  'X64: a name that goes while the client has it is removed without a lookup': {
    delta: `
      as lookingUp
      serve CDS a=1
      ask CDS +a → CDS#1 a=1
      ack 1
      block
      serve CDS
      ask CDS +a
      drain → CDS#2 -a
    `,
  },
  'X64: a name whose lookup is over is not looked up again while its answer waits for that of another response':
    {
      sotw: `
        as grpc
        as reader
        as lookingUp
        serve LDS a=1
        ask LDS a b → LDS#1 a=1
        lookedUp LDS b
        ack 1 → LDS#2 a=1 b!
      `,
      delta: `
        as lookingUp
        serve CDS a=1
        ask CDS +a +b → CDS#1 a=1
        block
        lookedUp CDS b
        ack 1
        drain → CDS#2 -b
      `,
    },
  'X64, X77: a glob collection is looked up only if it is empty': {
    sotw: `
      as lookingUp
      serve EDS xdstp://a/E/f/x=1 plain=1
      ask EDS plain → EDS#1 plain=1
      ack 1 plain xdstp://a/E/f/* → EDS#2 xdstp://a/E/f/x=1
      ack 2 plain xdstp://a/E/f/* xdstp://a/E/g/*
      lookedUp EDS xdstp://a/E/g/* → EDS#3
    `,
    delta: `
      as lookingUp
      serve EDS xdstp://a/E/f/x=1 plain=1
      ask EDS +plain → EDS#1 plain=1
      ack 1 +xdstp://a/E/f/* → EDS#2 xdstp://a/E/f/x=1
      ack 2 +xdstp://a/E/g/*
      lookedUp EDS xdstp://a/E/g/* → EDS#3 -xdstp://a/E/g/*
    `,
  },
  'X64: without a snapshot nothing is answered, and names are looked up': {
    delta: `
      as lookingUp
      ask CDS +a +b
      serve CDS a=1 → CDS#1 a=1
      lookedUp CDS a b → CDS#2 -b
    `,
  },
  'X64: what was made meanwhile and is gone again at the end of the lookup is removed': {
    delta: `
      as lookingUp
      serve CDS c=1
      ask CDS → CDS#1 c=1
      ask VHDS → VHDS#2
      ack 1 2
      ask VHDS +r/a
      serve CDS c=1 | VHDS r/a=a → VHDS#3 r/a=a
      ack 3
      serve CDS c=2 | VHDS → CDS#4 c=2
      lookedUp VHDS r/a → VHDS#5 -r/a | VHDS#6 ?r/a
      ack 4 5 6
      status → CDS SYNCED | VHDS SYNCED
    `,
  },
})

t.test('X64: each absent name is looked up once, until its lookup is over', async (t) => {
  const ask = (state: StreamState, ...subscribe: string[]) =>
    delta.step(state, { kind: 'request', request: deltaRequest({ typeUrl: CLUSTER, subscribe }) })
  const snapshot = snapshotFor('CDS a=1', 1, undefined)
  const first = ask({ ...createStreamState({ looksUp: true }), snapshot }, 'a', 'b')
  t.strictSame(first.lookUp, { typeUrl: CLUSTER, names: new Set(['b']) })
  t.equal(ask(first.state, 'b').lookUp, undefined)
  t.strictSame(ask(first.state, 'b', 'c').lookUp?.names, new Set(['c']))
  const over = delta.step(first.state, { kind: 'lookedUp', typeUrl: CLUSTER, names: new Set(['b']) }).state
  t.strictSame(ask(over, 'b').lookUp?.names, new Set(['b']), 'it may exist by now')
  t.equal(
    ask({ ...createStreamState(), snapshot }, 'b').lookUp,
    undefined,
    'without a function that looks up',
  )
})
