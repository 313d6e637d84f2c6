// Histories from public reports of bugs in other control planes (docs/known-bugs-elsewhere.md), step by step.

import { testScripts } from '../../test/support/stream-script.ts'

testScripts({
  'X21: a client that comes back to a restarted server with other clusters loses the old ones': {
    delta: `
      serve CDS y=1
      ask CDS holding x=1 → CDS#1 y=1 -x
    `,
    sotw: `
      serve CDS y=1
      ask CDS holding x=1 → CDS#1 y=1
    `,
  },
  'a name that was answered at once gets each later change': {
    delta: `
      serve SDS a=1
      ask SDS +a → SDS#1 a=1
      ack 1
      serve SDS a=2 → SDS#2 a=2
      ack 2
      serve SDS a=3 → SDS#3 a=3
    `,
    sotw: `
      serve SDS a=1
      ask SDS a → SDS#1 a=1
      ack 1
      serve SDS a=2 → SDS#2 a=2
      ack 2
      serve SDS a=3 → SDS#3 a=3
    `,
  },
  'a name that is subscribed before the last answer is ACKed gets each later change': {
    delta: `
      serve SDS a=1 b=1
      ask SDS +a → SDS#1 a=1
      ask SDS +b → SDS#2 b=1
      ack 1 2
      serve SDS a=2 b=2 → SDS#3 a=2 b=2
    `,
    sotw: `
      serve SDS a=1 b=1
      ask SDS a → SDS#1 a=1
      ack 1 a b → SDS#2 b=1
      ack 2
      serve SDS a=2 b=2 → SDS#3 a=2 b=2
    `,
  },
  'a change of one assignment is sent alone, and removes no other': {
    delta: `
      serve EDS a=1 b=1 c=1
      ask EDS +a +b +c → EDS#1 a=1 b=1 c=1
      ack 1
      serve EDS a=1 b=2 c=1 → EDS#2 b=2
    `,
  },
  'X13: an assignment that the client does not ask for keeps no other from it': {
    sotw: `
      serve CDS a=1 b=1 | EDS a=1 b=1
      ask CDS → CDS#1 a=1 b=1
      ask EDS a b → EDS#2 a=1 b=1
      ack 1 2
      serve CDS a=1 | EDS a=1 b=1 → CDS#3 a=1
      ack 3
      ask EDS a
      serve CDS a=1 | EDS a=2 b=2 → EDS#4 a=2
      ack 4
      serve CDS a=1 | EDS a=3 b=2 → EDS#5 a=3
    `,
    delta: `
      serve CDS a=1 b=1 | EDS a=1 b=1
      ask CDS → CDS#1 a=1 b=1
      ask EDS +a +b → EDS#2 a=1 b=1
      ack 1 2
      serve CDS a=1 | EDS a=1 b=1 → CDS#3 -b
      ack 3
      ask EDS -b
      serve CDS a=1 | EDS a=2 b=2 → EDS#4 a=2
      ack 4
      serve CDS a=1 | EDS a=3 b=2 → EDS#5 a=3
    `,
  },
  'X23: gRPC asks for two assignments, has one, and gets the other when it exists': {
    sotw: `
      as grpc
      serve CDS all=1 | EDS x=1
      ask CDS all → CDS#1 all=1
      ack 1
      ask EDS x y → EDS#2 x=1
      ack 2
      serve CDS all=1 | EDS x=1 y=1 → EDS#3 y=1
      ack 3
      status → CDS SYNCED | EDS SYNCED
    `,
  },
  'X10: endpoints follow each change of their cluster, whether they changed or not': {
    sotw: `
      serve CDS a=1 | EDS a=1
      ask CDS → CDS#1 a=1
      serve CDS a=2 | EDS a=2 → CDS#2 a=2
      ask EDS a → EDS#3 a=2
      ack 1
      ack 3 2
      serve CDS a=3 | EDS a=2 → CDS#4 a=3 | EDS#5 a=2
    `,
  },
  'X14: a client that asks for endpoints first is pushed clusters first': {
    sotw: `
      serve CDS a=1 | EDS a=1
      ask EDS a → EDS#1 a=1
      ask CDS → CDS#2 a=1
      ack 1 2 → EDS#3 a=1
      ack 3
      serve CDS a=2 | EDS a=2 → CDS#4 a=2 | EDS#5 a=2
    `,
    delta: `
      serve CDS a=1 | EDS a=1
      ask EDS +a → EDS#1 a=1
      ask CDS → CDS#2 a=1 | EDS#3 a=1
      ack 1 2 3
      serve CDS a=2 | EDS a=2 → CDS#4 a=2 | EDS#5 a=2
    `,
  },
  'X13, X22, X23: a client that comes back while a cluster warms that is gone gets the endpoints of the others':
    {
      delta: `
      serve CDS a=1 | EDS a=1
      ask EDS +a +gone holding a=1 → EDS#1 -gone
      ask CDS holding a=1 gone=1 → CDS#2 -gone
    `,
      sotw: `
      serve CDS a=1 | EDS a=1
      ask EDS a gone → EDS#1 a=1
      status → EDS MISSING
    `,
    },
  'X64: a name that is gone and that the client still subscribes to after a reconnect is looked up again': {
    delta: `
      as lookingUp
      serve CDS a=1
      ask CDS +made
      serve CDS a=1 made=1 → CDS#1 made=1
      lookedUp CDS made
      ack 1
      serve CDS a=1 → CDS#2 -made
      ack 2
      reconnect
      as lookingUp
      ask CDS +made
      lookedUp CDS made → CDS#1 -made
    `,
  },
})
