// Scoped routes (SRDS): what they lead to is served after them, and stays as long as a listener that drains may use them.

import { testScripts } from '../../test/support/stream-script.ts'

const LISTENING = `
  serve CDS a=1 b=1 | LDS l=1:srds | SRDS one=r1 two=r2 | RDS r1=a r2=b
  ask CDS +* → CDS#1 a=1 b=1
  ask LDS +* → LDS#2 l=1:srds
  ask SRDS +* → SRDS#3 one=r1 two=r2
  ask RDS +r1 +r2 → RDS#4 r1=a r2=b
  ack 1 2 3 4
`

testScripts(
  {
    'X14: a route that a scope leaves goes when the new scope is ACKed, and the cluster of the route after it':
      {
        delta: `
        serve CDS a=1 | SRDS one=r1 two=r1 | RDS r1=a → SRDS#5 two=r1
        ack 5 → RDS#6 -r2
        ask RDS -r2
        ack 6 → CDS#7 -b
      `,
      },
    'X14: it stays while the client rejects the new scope': {
      delta: `
        serve CDS a=1 | SRDS one=r1 two=r1 | RDS r1=a → SRDS#5 two=r1
        nack 5
        status → CDS NOT_SENT | LDS SYNCED | SRDS NACKED | RDS NOT_SENT
      `,
    },
    'X42: scopes of a replaced listener stay while it drains, with their routes and clusters, and the node is in sync':
      {
        delta: `
        as draining
        serve CDS a=1 | LDS l=2:srds | SRDS one=r1 | RDS r1=a → LDS#5 l=2:srds
        ack 5
        status → CDS SYNCED | LDS SYNCED | SRDS SYNCED | RDS SYNCED
        drained 5 → SRDS#6 -two | RDS#7 -r2
        ack 6
        ask RDS -r2
        ack 7 → CDS#8 -b
      `,
      },
    'X42: so does the route that a scope leaves in the same change': {
      delta: `
        as draining
        serve CDS a=1 | LDS l=2:srds | SRDS one=r1 two=r1 | RDS r1=a → LDS#5 l=2:srds
        ack 5 → SRDS#6 two=r1
        ack 6
        status → CDS SYNCED | LDS SYNCED | SRDS SYNCED | RDS SYNCED
        drained 5 → RDS#7 -r2
        ack 7 → CDS#8 -b
      `,
    },
  },
  { delta: LISTENING },
)
