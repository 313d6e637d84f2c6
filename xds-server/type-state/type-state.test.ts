// What a client is sent: missing names, before the first snapshot, while writes are blocked, and ahead of the pushes.

import { testScripts } from '../../test/support/stream-script.ts'

testScripts({
  'X13: a response carries those subscribed names that exist': {
    sotw: `
      serve EDS a=1 | CDS a=1
      ask EDS a b c → EDS#1 a=1
      ask CDS a b → CDS#2 a=1
    `,
    delta: `
      serve EDS a=1 | CDS a=1
      ask EDS +a +b +c → EDS#1 a=1 -b -c
      ask CDS +a +b → CDS#2 a=1 -b | EDS#3 a=1
    `,
  },
  'X22: a missing name is reported as removed, remembered, and sent when it exists': {
    delta: `
      serve EDS
      ask EDS +a → EDS#1 -a
      ack 1
      serve EDS b=1
      serve EDS a=1 → EDS#2 a=1
      ack 2
      serve EDS → EDS#3 -a
      ack 3
      serve EDS a=1 → EDS#4 a=1
    `,
  },
  'X23: a missing name is not answered, but remembered and sent when it exists': {
    sotw: `
      serve RDS | CDS | LDS b=1
      ask RDS a
      ask CDS a
      ask LDS a
      serve RDS b=1 | CDS b=1
      status → CDS MISSING | LDS MISSING | RDS MISSING
      serve CDS a=1 | RDS a=1 → CDS#1 a=1
      ack 1 → RDS#2 a=1
      ack 2
      serve RDS
      serve RDS a=1 → RDS#3 a=1
    `,
  },
  'X25: nothing is answered before the first snapshot, and then all subscriptions are': {
    sotw: `
      ask CDS
      ask EDS a b
      status → CDS NOT_SENT | EDS NOT_SENT
      serve CDS a=1 | EDS a=1 → CDS#1 a=1 | EDS#2 a=1
    `,
    delta: `
      ask CDS
      ask EDS +a +b
      status → CDS NOT_SENT | EDS NOT_SENT
      serve CDS a=1 | EDS a=1 → CDS#1 a=1 | EDS#2 a=1 -b
    `,
  },
  'X25: an empty snapshot is answered': {
    sotw: `
      serve CDS
      ask CDS → CDS#1
      ask LDS → LDS#2
      ask EDS * → EDS#3
    `,
    delta: `
      serve CDS
      ask CDS → CDS#1
      ask LDS → LDS#2
      ask EDS +* → EDS#3
    `,
  },
  'X25: when the snapshot goes, clients keep what they have, and are sent the difference when there is one again':
    {
      sotw: `
      serve EDS a=1
      ask EDS a b → EDS#1 a=1
      ack 1
      unserve
      ask EDS a b c
      serve EDS a=1 c=1 → EDS#2 c=1
    `,
      delta: `
      serve CDS a=1 b=1
      ask CDS → CDS#1 a=1 b=1
      ack 1
      unserve
      serve CDS a=1 c=1 → CDS#2 c=1 -b
    `,
    },
  'X31: a name that is unsubscribed while writes are blocked is not sent': {
    sotw: `
      serve EDS a=1 b=1
      block
      ask EDS a b
      ask EDS b
      drain → EDS#1 b=1
      ack 1
      block
      serve EDS a=2 b=2
      ask EDS
      drain
    `,
    delta: `
      serve EDS a=1 b=1
      block
      ask EDS +a +b
      ask EDS -a
      drain → EDS#1 b=1
      ack 1
      block
      serve EDS a=2 b=2
      ask EDS -b
      drain
    `,
  },
  'X31: a name that is unsubscribed while a response is pending is not sent': {
    sotw: `
      serve EDS a=1 b=1
      ask EDS a b → EDS#1 a=1 b=1
      serve EDS a=2 b=2
      ack 1 b → EDS#2 b=2
    `,
  },
  'X35: after a blocked write only the newest content is sent': {
    sotw: `
      serve CDS a=1 | EDS a=1
      ask CDS → CDS#1 a=1
      ask EDS a → EDS#2 a=1
      ack 1 2
      block
      serve CDS a=2 | EDS a=2
      serve CDS a=3 | EDS a=3
      serve EDS a=4
      drain → CDS#3 a=3 | EDS#4 a=4
      drain
    `,
    delta: `
      serve CDS a=1 | EDS a=1
      ask CDS → CDS#1 a=1
      ask EDS +a → EDS#2 a=1
      ack 1 2
      block
      serve CDS a=2 b=2 | EDS a=2
      serve CDS a=3 | EDS a=3
      serve EDS a=4
      drain → CDS#3 a=3 | EDS#4 a=4
      drain
    `,
  },
  'X35: content that changes and reverts while writes are blocked is not sent': {
    sotw: `
      serve EDS a=1
      ask EDS a → EDS#1 a=1
      ack 1
      block
      serve EDS a=2
      serve EDS a=1
      drain
    `,
    delta: `
      serve EDS a=1
      ask EDS +a → EDS#1 a=1
      ack 1
      block
      serve EDS a=2
      serve EDS a=1
      drain
    `,
  },
  'X14: an answer ahead of the pushes is not followed by older content': {
    sotw: `
      serve CDS a=1 | RDS l=1
      ask CDS → CDS#1 a=1
      ack 1
      ask RDS l → RDS#2 l=1
      ack 2
      serve CDS a=2 | RDS l=2 k=2 → CDS#3 a=2
      ask RDS k → RDS#4 k=2
      ack 4 k l → RDS#5 l=2
      ack 5
      serve EDS a=2 | RDS l=2 k=2
      ack 3
      status → CDS SYNCED | RDS SYNCED
    `,
    delta: `
      serve CDS a=1 | RDS l=1 k=1
      ask CDS → CDS#1 a=1
      ack 1
      ask RDS +l +k → RDS#2 k=1 l=1
      ack 2
      serve CDS a=2 | RDS l=2 k=2 → CDS#3 a=2
      ask RDS +k → RDS#4 k=2
      ack 4
      status → CDS STALE | RDS NOT_SENT
      serve CDS a=2
      ack 3 → RDS#5 l=2
    `,
  },
  'X14: an answer ahead of the pushes is followed by newer content when these come': {
    sotw: `
      serve CDS a=1 | LDS l=1 k=1
      ask CDS → CDS#1 a=1
      ack 1
      ask LDS l → LDS#2 l=1
      ack 2
      serve CDS a=2 | LDS l=2 k=2 → CDS#3 a=2
      ask LDS l k → LDS#4 k=2 l=1
      ack 4
      serve LDS l=2 k=3
      ack 3 → LDS#5 k=3 l=2
    `,
    delta: `
      serve CDS a=1 | RDS l=1
      ask CDS → CDS#1 a=1
      ack 1
      ask RDS +l → RDS#2 l=1
      ack 2
      serve CDS a=2 | RDS l=2 k=2 → CDS#3 a=2
      ask RDS +k → RDS#4 k=2
      ack 4
      serve RDS l=2 k=3
      ack 3 → RDS#5 k=3 l=2
    `,
  },
  'X14: a name that was answered ahead of the pushes and is gone when these come is removed': {
    sotw: `
      serve CDS a=1 | LDS l=1
      ask CDS → CDS#1 a=1
      ask LDS l → LDS#2 l=1
      ack 1 2
      serve CDS a=2 | LDS l=2 k=2 → CDS#3 a=2
      ask LDS l k → LDS#4 k=2 l=1
      ack 4
      serve LDS l=2
      ack 3 → LDS#5 l=2
    `,
    delta: `
      serve CDS a=1 | RDS l=1
      ask CDS → CDS#1 a=1
      ask RDS +l → RDS#2 l=1
      ack 1 2
      serve CDS a=2 | RDS l=2 k=2 → CDS#3 a=2
      ask RDS +k → RDS#4 k=2
      ack 4
      serve RDS l=2
      ack 3 → RDS#5 l=2 -k
    `,
  },
})
