// Names whose answer waits: for their lookup, or for the stage of a resource that the lookup made.

import { readFileSync } from 'node:fs'
import t from 'tap'
import { waitsTable } from '../../test/house/waits-table.ts'
import { deltaRequest } from '../../test/support/requests.ts'
import { snapshotFor } from '../../test/support/script-resources.ts'
import { testScripts } from '../../test/support/stream-script.ts'
import { CLUSTER } from '../snapshot/resource-type.ts'
import { delta } from './protocol.ts'
import { createStreamState, type StreamState } from './stream.ts'

t.test('X64, X90: the table in waits.md is what waitOf does', async (t) => {
  const file = readFileSync(new URL('waits.md', import.meta.url), 'utf8')
  t.equal(file, waitsTable(), 'run npm run docs, and read what changed')
})

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
      lookedUp VHDS r/a
      ack 4 → VHDS#5 -r/a
      ack 5
      status → CDS SYNCED | VHDS SYNCED
    `,
  },
  'X64: what a lookup made and is gone before its stage is answered as what does not exist': {
    delta: `
      as lookingUp
      serve CDS c=1
      ask CDS → CDS#1 c=1
      ask VHDS → VHDS#2
      ack 1 2
      ask VHDS +r/a +r/b
      serve CDS c=2 | VHDS r/a=a r/x=b → CDS#3 c=2
      lookedUp VHDS r/a r/b
      serve CDS c=2 | VHDS → VHDS#4 ?r/a ?r/b
      ack 3 4
      status → CDS SYNCED | VHDS SYNCED
    `,
  },
  'X64: a client by name has nothing under a name that waits, also if the pushes are at a snapshot that had it':
    {
      delta: `
      as lookingUp
      serve CDS c=1 | RDS r=1 x=1
      ask CDS → CDS#1 c=1
      ask RDS +r → RDS#2 r=1
      ack 1 2
      serve CDS c=2 | RDS r=1 → CDS#3 c=2
      ask RDS +x
      ask RDS +r → RDS#4 r=1
      ack 3 4
      lookedUp RDS x → RDS#5 -x
      ack 5
      status → CDS SYNCED | RDS SYNCED
    `,
    },
  'X64: a name beside the wildcard that the client drops meanwhile is answered once': {
    delta: `
      as lookingUp
      serve CDS a=1
      ask CDS → CDS#1 a=1
      ask CDS +b
      ask CDS -b → CDS#2 -b
      lookedUp CDS b
      ack 1 2
      status → CDS SYNCED
    `,
  },
  'X64: names that a client repeats after a reconnect are marked in their lookup, those of calls are not': {
    sotw: `
      as lookingUp
      serve CDS a=1 | RDS r=1
      ask CDS holding a=1
      ask RDS gone
      lookup → RDS gone repeated
      ask RDS gone called
      lookup → RDS called
      resumed
      ask EDS late
      lookup → EDS late
    `,
    delta: `
      as lookingUp
      serve CDS a=1 | RDS r=1
      ask CDS +* +gone holding a=1
      lookup → CDS gone repeated
      ask RDS +gone +r → RDS#1 r=1
      lookup → RDS gone repeated
      ask RDS +called
      lookup → RDS called
      ask CDS +called
      lookup → CDS called
      resumed
      ask EDS +late
      lookup → EDS late
    `,
  },
  'X64: a client that reports nothing has just started, and its calls name what it asks for': {
    sotw: `
      as lookingUp
      serve CDS a=1
      ask CDS → CDS#1 a=1
      ask RDS called
      lookup → RDS called
    `,
    delta: `
      as lookingUp
      serve CDS a=1
      ask CDS +* +called → CDS#1 a=1
      lookup → CDS called
      ask RDS +called
      lookup → RDS called
    `,
  },
  'X64: on a separate stream, what the client reports of the type counts': {
    delta: `
      as lookingUp
      as separate
      serve CDS a=1
      ask CDS +a +gone holding a=1
      lookup → CDS gone repeated
    `,
  },
})

t.test('X64: each absent name is looked up once, until its lookup is over', async (t) => {
  const ask = (state: StreamState, ...subscribe: string[]) =>
    delta.step(state, { kind: 'request', request: deltaRequest({ typeUrl: CLUSTER, subscribe }) })
  const snapshot = snapshotFor('CDS a=1', 1, undefined)
  const first = ask({ ...createStreamState({ looksUp: true }), snapshot }, 'a', 'b')
  t.strictSame(first.lookUp, { typeUrl: CLUSTER, names: new Set(['b']), afterReconnect: false })
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
