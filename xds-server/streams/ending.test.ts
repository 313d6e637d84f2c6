// A stream that is to end: pushes wait, and what the client asks for does not.

import { STARTED } from '../../test/support/started-envoy.ts'
import { testScripts } from '../../test/support/stream-script.ts'

testScripts(
  {
    'X81: pushes that come faster than answers wait, and the status says that they are to be sent': `
      serve CDS a=2 → CDS#5 a=2 | EDS#6 a=1
      ending
      serve CDS a=3
      ack 5
      serve CDS a=4 | LDS l=2
      ack 6
      status → CDS NOT_SENT | EDS SYNCED | LDS NOT_SENT | RDS SYNCED
    `,
    'X81: a stream that goes on is sent them': {
      delta: `
        serve CDS a=2 → CDS#5 a=2 | EDS#6 a=1
        serve CDS a=3 → CDS#7 a=3 | EDS#8 a=1
      `,
    },
    'X81: a push that has begun goes on to its last stage, and its names are answered as they were then': {
      delta: `
        serve CDS a=1 b=1 | EDS a=1 b=1 | RDS l=b → CDS#5 b=1
        ending
        serve CDS a=1 b=2 c=1 | EDS a=1 b=2 | RDS l=c
        ask EDS +b → EDS#6 b=1
        ack 5 6 → RDS#7 l=b
        serve RDS l=a
        ack 7
        status → CDS NOT_SENT | EDS NOT_SENT | LDS SYNCED | RDS NOT_SENT
      `,
    },
    'X81: what has waited goes out when its time is over, and then pushes wait again': {
      delta: `
        serve CDS a=2 → CDS#5 a=2 | EDS#6 a=1
        ending
        serve CDS a=3
        ending → CDS#7 a=3 | EDS#8 a=1
        serve CDS a=4
        ack 5 6 7 8
      `,
    },
    'X81: a request for a name that was not there yet is answered from the newest snapshot': {
      sotw: `
        serve EDS a=2 → EDS#5 a=2
        ending
        serve CDS a=1 b=1 | EDS a=2 b=1
        ack 5 a b → CDS#6 a=1 b=1 | EDS#7 b=1
      `,
      delta: `
        serve EDS a=2 → EDS#5 a=2
        ending
        serve CDS a=1 b=1 | EDS a=2 b=1
        ack 5
        ask EDS +b → CDS#6 b=1 | EDS#7 b=1
      `,
    },
    'X81: so is the first request of a type': {
      delta: `
        serve RDS l=2 → RDS#5 l=2
        ending
        serve SRDS s=l
        ask SRDS +* → SRDS#6 s=l
        ack 5 6
      `,
    },
    'X81, X64: so is one that was looked up': {
      delta: `
        as lookingUp
        serve RDS l=2 → RDS#5 l=2
        ask RDS +m
        ending
        serve RDS l=2 m=1
        ack 5
        lookedUp RDS m → RDS#6 m=1
      `,
    },
    'X81: nothing is answered any more if the group loses its snapshot': {
      delta: `
        serve CDS a=1 b=1 | EDS a=1 b=1 | RDS l=b → CDS#5 b=1
        ask EDS +b → EDS#6 b=1
        ending
        unserve
        ack 5 6
        ask EDS +c
      `,
    },
    'X81: a group whose snapshot goes and comes back has no effect': `
      serve CDS a=2 → CDS#5 a=2 | EDS#6 a=1
      unserve
      ending
      serve CDS a=3
      ack 5 6
    `,
  },
  STARTED,
)
