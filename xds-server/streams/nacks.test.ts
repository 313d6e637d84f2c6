// What a client is owed after it refused something: what is not sent again, what is, and what it is not believed to hold.

import { testScripts } from '../../test/support/stream-script.ts'

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
  'X6: each nackedResponse is kept until its own content is mended': {
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
  'X6: an answer ahead of the pushes that was refused is followed by other content when these come': {
    delta: `
      serve CDS a=1 | RDS l=1
      ask CDS → CDS#1 a=1
      ask RDS +l → RDS#2 l=1
      ack 1 2
      serve CDS a=2 | RDS l=2 k=2 → CDS#3 a=2
      ask RDS +k → RDS#4 k=2
      nack 4
      status → CDS STALE | RDS NACKED
      serve RDS l=3 k=3
      ack 3 → RDS#5 k=3 l=3
      ack 5
      status → CDS SYNCED | RDS SYNCED
    `,
  },
  'X6: an answer ahead of the pushes that was refused is not sent again with them': {
    delta: `
      serve CDS a=1 | RDS l=1
      ask CDS → CDS#1 a=1
      ask RDS +l → RDS#2 l=1
      ack 1 2
      serve CDS a=2 | RDS l=2 k=2 → CDS#3 a=2
      ask RDS +k → RDS#4 k=2
      nack 4
      ack 3 → RDS#5 l=2
      ack 5
      status → CDS SYNCED | RDS NACKED
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
  'X6: what is refused goes with the wildcard, and what is subscribed for by name stays': {
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
  'X6: unconfirmed about one type leave the others alone': {
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
})
