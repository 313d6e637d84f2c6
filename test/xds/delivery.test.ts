// What a client is owed: after refusals and reconnects, of names that are missing, and while it cannot be written to.

import { testScripts } from '../support/stream-script.ts'

testScripts({
  'X5: refused content is not sent again, whatever the client does': {
    sotw: `
      serve EDS a=1 b=1 | SDS s=1
      ask EDS a b → EDS#1 a=1 b=1
      nack 1
      ask EDS a b
      serve SDS s=2
      serve EDS a=1 b=1
      block
      drain
      status → EDS NACKED
    `,
    delta: `
      serve EDS a=1 b=1 | SDS s=1
      ask EDS +a +b → EDS#1 a=1 b=1
      nack 1
      ask EDS
      serve SDS s=2
      serve EDS a=1 b=1
      block
      drain
      status → EDS NACKED
    `,
  },
  'X5: a client that always refuses sees each content once': {
    sotw: `
      serve EDS a=1
      ask EDS a → EDS#1 a=1
      nack 1
      serve EDS a=2 → EDS#2 a=2
      nack 2
      serve EDS a=3 → EDS#3 a=3
      nack 3
      serve EDS a=3
    `,
    delta: `
      serve EDS a=1
      ask EDS +a → EDS#1 a=1
      nack 1
      serve EDS a=2 → EDS#2 a=2
      nack 2
      serve EDS a=3 → EDS#3 a=3
      nack 3
      serve EDS a=3
    `,
  },
  'X5: beside a refused resource the others go on': {
    sotw: `
      serve EDS a=1 b=1
      ask EDS a → EDS#1 a=1
      nack 1 a b → EDS#2 b=1
      ack 2
      serve EDS a=1 b=2 → EDS#3 b=2
      ack 3
      status → EDS NACKED
    `,
    delta: `
      serve EDS a=1 b=1
      ask EDS +a → EDS#1 a=1
      nack 1 +b → EDS#2 b=1
      ack 2
      serve EDS a=1 b=2 → EDS#3 b=2
      ack 3
      status → EDS NACKED
    `,
  },
  'X6: all of a refused response is sent again once one of its resources is mended': {
    sotw: `
      serve EDS a=1 b=1 c=1
      ask EDS a b c → EDS#1 a=1 b=1 c=1
      ack 1
      serve EDS a=2 b=2 c=1 → EDS#2 a=2 b=2
      nack 2
      serve EDS a=2 b=3 c=1 → EDS#3 b=3 a=2
      ack 3
      status → EDS SYNCED
    `,
    delta: `
      serve EDS a=1 b=1 c=1
      ask EDS +a +b +c → EDS#1 a=1 b=1 c=1
      ack 1
      serve EDS a=2 b=2 c=1 → EDS#2 a=2 b=2
      nack 2
      serve EDS a=2 b=3 c=1 → EDS#3 b=3 a=2
      ack 3
      status → EDS SYNCED
    `,
  },
  'X6: going back from a refused change and a refused addition says both': {
    sotw: `
      serve CDS a=1 c=1
      ask CDS → CDS#1 a=1 c=1
      ack 1
      serve CDS a=2 b=bad c=1 → CDS#2 a=2 b=bad c=1
      nack 2
      serve CDS a=1 c=1 → CDS#3 a=1 c=1
      ack 3
      status → CDS SYNCED
    `,
    delta: `
      serve CDS a=1 c=1
      ask CDS → CDS#1 a=1 c=1
      ack 1
      serve CDS a=2 b=bad c=1 → CDS#2 a=2 b=bad
      nack 2
      serve CDS a=1 c=1 → CDS#3 a=1 -b
      ack 3
      status → CDS SYNCED
    `,
  },
  'X6: the name that was added with a refused response is taken away, and its sibling is sent again': {
    delta: `
      serve CDS a=1
      ask CDS → CDS#1 a=1
      ack 1
      serve CDS a=2 b=bad → CDS#2 a=2 b=bad
      nack 2
      serve CDS a=2 → CDS#3 a=2 -b
    `,
  },
  'X6: going back from a refused removal sends the resource again': {
    sotw: `
      serve CDS a=1 b=1
      ask CDS → CDS#1 a=1 b=1
      ack 1
      serve CDS a=1 → CDS#2 a=1
      nack 2
      status → CDS NACKED
      serve CDS a=1 b=1 → CDS#3 a=1 b=1
      ack 3
      status → CDS SYNCED
    `,
    delta: `
      serve CDS a=1 b=1
      ask CDS → CDS#1 a=1 b=1
      ack 1
      serve CDS a=1 → CDS#2 -b
      nack 2
      status → CDS NACKED
      serve CDS a=1 b=1 → CDS#3 b=1
      ack 3
      status → CDS SYNCED
    `,
  },
  'X6: an ACK of a response in which refused content stands settles it': {
    sotw: `
      serve CDS a=bad
      ask CDS → CDS#1 a=bad
      nack 1
      serve CDS a=bad b=1 → CDS#2 a=bad b=1
      ack 2
      status → CDS SYNCED
    `,
    delta: `
      serve EDS a=1 b=1
      ask EDS +a +b → EDS#1 a=1 b=1
      nack 1
      ask EDS +a → EDS#2 a=1
      ack 2
      status → EDS NACKED
      ask EDS +b → EDS#3 b=1
      ack 3
      status → EDS SYNCED
    `,
  },
  'X6: an ACK of a removal that was refused earlier settles it': {
    delta: `
      serve EDS a=1
      ask EDS +a → EDS#1 a=1
      serve EDS → EDS#2 -a
      ack 1
      nack 2
      ask EDS +a → EDS#3 -a
      status → EDS NACKED
      ack 3
      status → EDS SYNCED
    `,
  },
  'X6: what a later response carries anew is not counted as refused': {
    delta: `
      serve EDS a=1 b=1
      ask EDS +a +b → EDS#1 a=1 b=1
      serve EDS a=2 → EDS#2 a=2 -b
      nack 1
      ack 2
      status → EDS SYNCED
    `,
  },
  'X6: of a refused response what no later one carries anew is tried again at once': {
    delta: `
      serve EDS a=1 b=1
      ask EDS +a +b → EDS#1 a=1 b=1
      serve EDS a=2 b=1 → EDS#2 a=2
      nack 1 → EDS#3 b=1
      ack 2 3
      status → EDS SYNCED
    `,
  },
  'X6: what a later response only repeats is refused until that one is ACKed': {
    delta: `
      serve EDS a=1
      ask EDS +a → EDS#1 a=1
      ask EDS +a → EDS#2 a=1
      nack 1
      status → EDS NACKED
      ack 2
      status → EDS SYNCED
    `,
  },
  'X6: each refusal is kept until its own content is mended': {
    delta: `
      serve EDS a=1 b=1
      ask EDS +a → EDS#1 a=1
      ask EDS +b → EDS#2 b=1
      nack 1 2
      serve EDS a=1 b=2 → EDS#3 b=2
      ack 3
      status → EDS NACKED
      serve EDS a=2 b=2 → EDS#4 a=2
      ack 4
      status → EDS SYNCED
    `,
  },
  'X6: what a client gives up is not refused any more': {
    sotw: `
      serve EDS a=1 b=1
      ask EDS a b → EDS#1 a=1 b=1
      nack 1
      ask EDS b
      status → EDS NACKED
      ask EDS
      status → EDS SYNCED
    `,
    delta: `
      serve EDS a=1 b=1
      ask EDS +a +b → EDS#1 a=1 b=1
      nack 1
      ask EDS -a
      status → EDS NACKED
      ask EDS -b
      status → EDS SYNCED
    `,
  },
  'X6: a name that is given up beside the wildcard stays refused': {
    sotw: `
      serve CDS a=1
      ask CDS * a → CDS#1 a=1
      nack 1
      ask CDS *
      status → CDS NACKED
    `,
  },
  'X6: what is refused goes with the wildcard, and what is asked for by name stays': {
    sotw: `
      serve CDS a=1 b=1
      ask CDS → CDS#1 a=1 b=1
      nack 1
      ask CDS a → CDS#2 a=1
      status → CDS NACKED
      ack 2
      status → CDS SYNCED
    `,
    delta: `
      serve CDS a=1 b=1
      ask CDS → CDS#1 a=1 b=1
      nack 1
      ask CDS -* +a → CDS#2 a=1
      status → CDS NACKED
      ack 2
      status → CDS SYNCED
    `,
  },
  'X6: after a reconnect a node is not believed to hold what it refused': {
    sotw: `
      serve CDS a=1 b=1
      reconnect
      ask CDS holding a=1 b=1
      reconnect doubting CDS a
      ask CDS holding a=1 b=1 → CDS#1 a=1 b=1
    `,
    delta: `
      serve CDS a=1 b=1
      reconnect doubting CDS a c
      ask CDS holding a=1 b=1 → CDS#1 a=1 -c
      ack 1
      status → CDS SYNCED
    `,
  },
  'X6: doubts about one type leave the others alone': {
    sotw: `
      serve CDS a=1
      reconnect doubting LDS a
      ask CDS holding a=1
    `,
    delta: `
      serve CDS a=1
      reconnect doubting LDS a
      ask CDS holding a=1
    `,
  },
  'X6: a name in doubt is sent once, though the client asks for it too': {
    delta: `
      serve EDS a=1
      reconnect doubting EDS a
      ask EDS +a holding a=1 → EDS#1 a=1
      ack 1
      status → EDS SYNCED
    `,
  },
  'X6: a name in doubt that is gone is taken away in its order': {
    delta: `
      serve CDS b=1 | LDS l=1
      reconnect doubting CDS a
      unserve
      ask CDS holding a=1 b=1
      ask LDS
      serve CDS a=1 b=1 | LDS l=1 → CDS#1 a=1 | LDS#2 l=1
      ack 1
      serve CDS b=1 | LDS l=1
      ack 2 → CDS#3 -a
    `,
  },
  'X13: an answer carries what there is of what was asked for': {
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
  'X22: a missing name is said to be missing, remembered, and sent when it comes': {
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
  'X23: a missing name is met with silence, remembered, and sent when it comes': {
    sotw: `
      serve RDS | CDS | LDS b=1
      ask RDS a
      ask CDS a
      ask LDS a
      serve RDS b=1 | CDS b=1
      status → CDS SYNCED | LDS SYNCED | RDS SYNCED
      serve CDS a=1 | RDS a=1 → CDS#1 a=1
      ack 1 → RDS#2 a=1
      ack 2
      serve RDS
      serve RDS a=1 → RDS#3 a=1
    `,
  },
  'X25: before there is a snapshot nothing is answered, then everything that was asked': {
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
  'X25: what is empty on purpose is answered': {
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
  'X31: what was unsubscribed while the write was blocked is not sent': {
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
  'X31: what was unsubscribed while an answer was outstanding is not sent': {
    sotw: `
      serve EDS a=1 b=1
      ask EDS a b → EDS#1 a=1 b=1
      serve EDS a=2 b=2
      ack 1 b → EDS#2 b=2
    `,
  },
  'X35: of what changed while the write was blocked only the newest is sent': {
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
  'X35: what changed and went back while the write was blocked is not sent at all': {
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
  'X14: an answer that is ahead of the pushes is not followed by older content': {
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
  'X14: an answer that is ahead of the pushes is followed by newer content when these come': {
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
  'X14: what was answered ahead of the pushes and is gone when these come is taken away': {
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
