// Glob collections: a subscription to `xdstp://AUTHORITY/TYPE/PATH/*` has the resources of that folder, and no others.

import t from 'tap'
import { sotwRequest } from '../../test/support/requests.ts'
import { snapshotFor } from '../../test/support/script-resources.ts'
import { testScripts } from '../../test/support/stream-script.ts'
import { CLUSTER } from '../snapshot/resource-type.ts'
import { describeResources } from './describe-resources.ts'
import { sotw } from './protocol.ts'
import { createStreamState } from './stream.ts'

testScripts({
  'X77: a collection has the resources of its folder, which come, change and go by their own names': {
    sotw: `
      serve CDS xdstp://a/C/f/x=1 xdstp://a/C/f/y=1 xdstp://a/C/f/deep/z=1 xdstp://b/C/f/x=1 f/x=1
      ask CDS xdstp://a/C/f/* → CDS#1 xdstp://a/C/f/x=1 xdstp://a/C/f/y=1
      ack 1
      serve CDS xdstp://a/C/f/x=2 xdstp://a/C/f/y=1 xdstp://a/C/f/deep/z=2 → CDS#2 xdstp://a/C/f/x=2 xdstp://a/C/f/y=1
      ack 2
      serve CDS xdstp://a/C/f/x=2 xdstp://a/C/f/y=1 xdstp://a/C/f/new=1 → CDS#3 xdstp://a/C/f/new=1 xdstp://a/C/f/x=2 xdstp://a/C/f/y=1
      ack 3
      serve CDS xdstp://a/C/f/new=1 → CDS#4 xdstp://a/C/f/new=1
      ack 4
      status → CDS SYNCED
    `,
    delta: `
      serve CDS xdstp://a/C/f/x=1 xdstp://a/C/f/y=1 xdstp://a/C/f/deep/z=1 xdstp://b/C/f/x=1 f/x=1
      ask CDS +xdstp://a/C/f/* → CDS#1 xdstp://a/C/f/x=1 xdstp://a/C/f/y=1
      ack 1
      serve CDS xdstp://a/C/f/x=2 xdstp://a/C/f/y=1 xdstp://a/C/f/deep/z=2 → CDS#2 xdstp://a/C/f/x=2
      ack 2
      serve CDS xdstp://a/C/f/x=2 xdstp://a/C/f/y=1 xdstp://a/C/f/new=1 → CDS#3 xdstp://a/C/f/new=1
      ack 3
      serve CDS xdstp://a/C/f/new=1 → CDS#4 -xdstp://a/C/f/x -xdstp://a/C/f/y
      ack 4
      status → CDS SYNCED
    `,
  },
  'X77: several collections and names beside each other': {
    sotw: `
      serve EDS xdstp://a/E/f/x=1 xdstp://a/E/g/y=1 plain=1 other=1
      ask EDS xdstp://a/E/f/* plain → EDS#1 plain=1 xdstp://a/E/f/x=1
      ack 1 xdstp://a/E/f/* xdstp://a/E/g/* plain → EDS#2 xdstp://a/E/g/y=1
      ack 2 xdstp://a/E/g/*
      serve EDS xdstp://a/E/f/x=2 xdstp://a/E/g/y=2 plain=2 → EDS#3 xdstp://a/E/g/y=2
    `,
    delta: `
      serve EDS xdstp://a/E/f/x=1 xdstp://a/E/g/y=1 plain=1 other=1
      ask EDS +xdstp://a/E/f/* +plain → EDS#1 plain=1 xdstp://a/E/f/x=1
      ack 1 +xdstp://a/E/g/* → EDS#2 xdstp://a/E/g/y=1
      ack 2 -xdstp://a/E/f/* -plain
      serve EDS xdstp://a/E/f/x=2 xdstp://a/E/g/y=2 plain=2 → EDS#3 xdstp://a/E/g/y=2
    `,
  },
  'X77: beside *, everything comes, and a collection that is unsubscribed is sent again': {
    sotw: `
      serve CDS xdstp://a/C/f/x=1 plain=1
      ask CDS * xdstp://a/C/f/* → CDS#1 plain=1 xdstp://a/C/f/x=1
      ack 1
      serve CDS xdstp://a/C/f/x=1 plain=2 → CDS#2 plain=2 xdstp://a/C/f/x=1
    `,
    delta: `
      serve CDS xdstp://a/C/f/x=1 plain=1
      ask CDS +* +xdstp://a/C/f/* → CDS#1 plain=1 xdstp://a/C/f/x=1
      ack 1
      serve CDS xdstp://a/C/f/x=1 plain=2 → CDS#2 plain=2
      ack 2 -xdstp://a/C/f/* → CDS#3 xdstp://a/C/f/x=1
    `,
  },
  'X77: a name of a collection that is unsubscribed is sent again, and so is one that was subscribed too': {
    delta: `
      serve EDS xdstp://a/E/f/x=1 xdstp://a/E/f/y=1
      ask EDS +xdstp://a/E/f/* +xdstp://a/E/f/x → EDS#1 xdstp://a/E/f/x=1 xdstp://a/E/f/y=1
      ack 1 -xdstp://a/E/f/x → EDS#2 xdstp://a/E/f/x=1
      ack 2 +xdstp://a/E/f/x → EDS#3 xdstp://a/E/f/x=1
      ack 3 -xdstp://a/E/f/* → EDS#4 xdstp://a/E/f/x=1
      ack 4
      serve EDS xdstp://a/E/f/x=2 xdstp://a/E/f/y=2 → EDS#5 xdstp://a/E/f/x=2
    `,
  },
  'X77: a collection that is subscribed again is sent again': {
    delta: `
      serve EDS xdstp://a/E/f/x=1 xdstp://a/E/f/y=1
      ask EDS +xdstp://a/E/f/* → EDS#1 xdstp://a/E/f/x=1 xdstp://a/E/f/y=1
      ack 1 +xdstp://a/E/f/* → EDS#2 xdstp://a/E/f/x=1 xdstp://a/E/f/y=1
      ack 2 -xdstp://a/E/f/*
      serve EDS xdstp://a/E/f/x=2
      ask EDS +xdstp://a/E/f/* → EDS#3 xdstp://a/E/f/x=2
      ack 3
      status → EDS SYNCED
    `,
  },
  'X77: only resources with the same context parameters are in a collection': {
    sotw: `
      serve EDS xdstp://a/E/f/x?k=1=1 xdstp://a/E/f/y=1
      ask EDS xdstp://a/E/f/*?k=1 → EDS#1 xdstp://a/E/f/x?k=1=1
      ack 1 xdstp://a/E/f/* → EDS#2 xdstp://a/E/f/y=1
      ack 2 xdstp://a/E/f/*?k=2 → EDS#3
    `,
    delta: `
      serve EDS xdstp://a/E/f/x?k=1=1 xdstp://a/E/f/y=1
      ask EDS +xdstp://a/E/f/*?k=1 → EDS#1 xdstp://a/E/f/x?k=1=1
      ack 1 +xdstp://a/E/f/* → EDS#2 xdstp://a/E/f/y=1
      ack 2 +xdstp://a/E/f/*?k=2 → EDS#3 -xdstp://a/E/f/*?k=2
    `,
  },
  'X77, X21: after a reconnect a client with a collection is sent what changed since': {
    sotw: `
      serve CDS xdstp://a/C/f/x=1 xdstp://a/C/f/y=1
      ask CDS xdstp://a/C/f/* holding xdstp://a/C/f/x=1 → CDS#1 xdstp://a/C/f/x=1 xdstp://a/C/f/y=1
    `,
    delta: `
      serve CDS xdstp://a/C/f/x=1 xdstp://a/C/f/y=1
      ask CDS +xdstp://a/C/f/* holding xdstp://a/C/f/x=1 xdstp://a/C/f/y=1
      serve CDS xdstp://a/C/f/x=2 xdstp://a/C/f/y=1 → CDS#1 xdstp://a/C/f/x=2
      reconnect
      ask CDS +xdstp://a/C/f/* holding xdstp://a/C/f/x=1 xdstp://a/C/f/gone=1 → CDS#1 xdstp://a/C/f/x=2 xdstp://a/C/f/y=1 -xdstp://a/C/f/gone
    `,
  },
  'X78: a collection without resources is answered': {
    sotw: `
      serve CDS plain=1 | EDS plain=1
      ask CDS xdstp://a/C/f/* → CDS#1
      ask EDS xdstp://a/E/f/* → EDS#2
      ack 1
      ack 2
      status → CDS SYNCED | EDS SYNCED
      serve CDS plain=2 xdstp://a/C/f/x=1 → CDS#3 xdstp://a/C/f/x=1
      ack 3
      serve CDS plain=2 → CDS#4
    `,
    delta: `
      serve CDS plain=1 | EDS plain=1
      ask CDS +xdstp://a/C/f/* → CDS#1 -xdstp://a/C/f/*
      ask EDS +xdstp://a/E/f/* → EDS#2 -xdstp://a/E/f/*
      ack 1
      ack 2
      status → CDS SYNCED | EDS SYNCED
      serve CDS plain=2 xdstp://a/C/f/x=1 → CDS#3 xdstp://a/C/f/x=1
      ack 3
      serve CDS plain=2 → CDS#4 -xdstp://a/C/f/x
    `,
  },
  'X78: a client that reconnects with all of one collection has an answer about another one': {
    delta: `
      serve EDS xdstp://a/E/f/x=1 xdstp://a/E/f/y=1
      ask EDS +xdstp://a/E/f/* +xdstp://a/E/g/* holding xdstp://a/E/f/x=1 xdstp://a/E/f/y=1 → EDS#1 -xdstp://a/E/g/*
    `,
  },
  'X78: one of two collections has no resources': {
    sotw: `
      serve EDS xdstp://a/E/f/x=1
      ask EDS xdstp://a/E/f/* xdstp://a/E/g/* → EDS#1 xdstp://a/E/f/x=1
    `,
    delta: `
      serve EDS xdstp://a/E/f/x=1
      ask EDS +xdstp://a/E/f/* +xdstp://a/E/g/* → EDS#1 xdstp://a/E/f/x=1 -xdstp://a/E/g/*
    `,
  },
  'X78: a client that reconnects to an emptied collection loses what it had': {
    sotw: `
      serve CDS plain=1
      ask CDS xdstp://a/C/f/* holding xdstp://a/C/f/x=1 → CDS#1
      ack 1
      status → CDS SYNCED
    `,
    delta: `
      serve CDS plain=1
      ask CDS +xdstp://a/C/f/* holding xdstp://a/C/f/x=1 → CDS#1 -xdstp://a/C/f/x
      ack 1
      status → CDS SYNCED
    `,
  },
  'X77, X5: what is NACKed in a collection is not sent again, and then its next content': {
    delta: `
      serve CDS xdstp://a/C/f/x=1
      ask CDS +xdstp://a/C/f/* → CDS#1 xdstp://a/C/f/x=1
      ack 1
      serve CDS xdstp://a/C/f/x=bad xdstp://a/C/f/y=1 → CDS#2 xdstp://a/C/f/x=bad xdstp://a/C/f/y=1
      nack 2 → CDS#3 xdstp://a/C/f/x=bad | CDS#4 xdstp://a/C/f/y=1
      nack 3
      ack 4
      status → CDS NACKED
      serve CDS xdstp://a/C/f/x=3 xdstp://a/C/f/y=1 → CDS#5 xdstp://a/C/f/x=3
      ack 5
      status → CDS SYNCED
    `,
  },
  'X77, X15: a cluster of a collection is removed when no listener uses it': {
    sotw: `
      serve CDS xdstp://a/C/f/x=1 xdstp://a/C/f/y=1 | LDS xdstp://a/L/f/l=1:xdstp://a/C/f/x
      ask CDS xdstp://a/C/f/* → CDS#1 xdstp://a/C/f/x=1 xdstp://a/C/f/y=1
      ack 1
      ask LDS xdstp://a/L/f/* → LDS#2 xdstp://a/L/f/l=1:xdstp://a/C/f/x
      ack 2
      serve CDS xdstp://a/C/f/y=1 | LDS xdstp://a/L/f/l=1:xdstp://a/C/f/y → LDS#3 xdstp://a/L/f/l=1:xdstp://a/C/f/y
      ack 3 → CDS#4 xdstp://a/C/f/y=1
    `,
    delta: `
      serve CDS xdstp://a/C/f/x=1 xdstp://a/C/f/y=1 | LDS xdstp://a/L/f/l=1:xdstp://a/C/f/x
      ask CDS +xdstp://a/C/f/* → CDS#1 xdstp://a/C/f/x=1 xdstp://a/C/f/y=1
      ack 1
      ask LDS +xdstp://a/L/f/* → LDS#2 xdstp://a/L/f/l=1:xdstp://a/C/f/x
      ack 2
      serve CDS xdstp://a/C/f/y=1 | LDS xdstp://a/L/f/l=1:xdstp://a/C/f/y → LDS#3 xdstp://a/L/f/l=1:xdstp://a/C/f/y
      ack 3 → CDS#4 -xdstp://a/C/f/x
    `,
  },
  'X77: a name in a collection that is listed beside it counts once': {
    sotw: `
      serve EDS xdstp://a/E/f/x=1 other=1
      ask EDS xdstp://a/E/f/* xdstp://a/E/f/x → EDS#1 xdstp://a/E/f/x=1
    `,
    delta: `
      serve EDS xdstp://a/E/f/x=1 other=1
      ask EDS +xdstp://a/E/f/* +xdstp://a/E/f/x → EDS#1 xdstp://a/E/f/x=1
    `,
  },
  'X77, X1: a client with collections alone is sent newer content before it answers, as with a wildcard': {
    sotw: `
      serve CDS xdstp://a/C/f/x=1
      ask CDS xdstp://a/C/f/* → CDS#1 xdstp://a/C/f/x=1
      serve CDS xdstp://a/C/f/x=2 → CDS#2 xdstp://a/C/f/x=2
      ack 2 xdstp://a/C/f/* plain
      serve CDS xdstp://a/C/f/x=3 → CDS#3 xdstp://a/C/f/x=3
      serve CDS xdstp://a/C/f/x=4
      ack 3 → CDS#4 xdstp://a/C/f/x=4
    `,
  },
  'X77, X15: a cluster of a collection that is in use stays, also when it is then asked for by name': {
    delta: `
      serve CDS xdstp://a/C/f/x=1 | LDS l=1:xdstp://a/C/f/x
      ask CDS +xdstp://a/C/f/* → CDS#1 xdstp://a/C/f/x=1
      ack 1
      ask LDS +l → LDS#2 l=1:xdstp://a/C/f/x
      ack 2
      block
      serve CDS other=1
      ask CDS +xdstp://a/C/f/x
      drain → CDS#3 xdstp://a/C/f/x=1
    `,
  },
  'X77: what a client did not have of a new collection is not restored to it': {
    delta: `
      serve CDS xdstp://a/C/f/x=1 plain=1 | LDS l=1:xdstp://a/C/f/x
      ask CDS +plain → CDS#1 plain=1
      ack 1
      ask LDS +l → LDS#2 l=1:xdstp://a/C/f/x
      ack 2
      block
      serve CDS plain=1
      ask CDS +xdstp://a/C/f/*
      drain → CDS#3 -xdstp://a/C/f/x -xdstp://a/C/f/*
    `,
  },
  'X77, X14: a new collection is answered from the newest snapshot, whatever stage waits': {
    sotw: `
      serve CDS a=1 | RDS xdstp://a/R/f/x=a plain=a
      ask CDS → CDS#1 a=1
      ack 1
      ask RDS plain → RDS#2 plain=a
      ack 2
      serve CDS a=2 | RDS xdstp://a/R/f/y=a plain=a → CDS#3 a=2
      ask RDS plain xdstp://a/R/f/* → RDS#4 xdstp://a/R/f/y=a
      ack 4
      ack 3
      status → CDS SYNCED | RDS SYNCED
    `,
    delta: `
      serve CDS a=1 | RDS xdstp://a/R/f/x=a plain=a
      ask CDS → CDS#1 a=1
      ack 1
      ask RDS +plain → RDS#2 plain=a
      ack 2
      serve CDS a=2 | RDS xdstp://a/R/f/y=a plain=a → CDS#3 a=2
      ask RDS +xdstp://a/R/f/* → RDS#4 xdstp://a/R/f/y=a -xdstp://a/R/f/x
      ack 4
      ack 3
      status → CDS SYNCED | RDS SYNCED
    `,
  },
  'X77, X43: a client with collections is not one by name: what it cannot have does not keep what it has': {
    delta: `
      serve CDS xdstp://a/C/f/x=1 plain=1 | RDS r=plain
      ask CDS +xdstp://a/C/f/* → CDS#1 xdstp://a/C/f/x=1
      ack 1
      ask RDS +r → RDS#2 r=plain
      ack 2
      serve CDS plain=1 → CDS#3 -xdstp://a/C/f/x
    `,
  },
})

/** What a SotW stream sends a client that reconnects with a collection. */
function reconnected(text: string) {
  const asked = { typeUrl: CLUSTER, versionInfo: '1', resourceNames: ['xdstp://a/C/f/*'] }
  const { state } = sotw.step(createStreamState(), { kind: 'snapshot', snapshot: snapshotFor(text, 1) })
  return sotw.step(state, { kind: 'request', request: sotwRequest(asked) })
}

t.test('X78: a collection is no resource: it is neither removed in SotW nor in the status', async (t) => {
  for (const [text, names] of [
    ['CDS plain=1', []],
    ['CDS xdstp://a/C/f/x=1', ['xdstp://a/C/f/x']],
  ] as const) {
    const { send, state } = reconnected(text)
    t.same(
      send.map(({ resources, removed }) => [resources.map(({ name }) => name), removed]),
      [[names, []]],
    )
    t.same(
      describeResources(state, 'sotw').map(({ name }) => name),
      names,
    )
  }
})
