// What a client is sent after a NACK: what is not sent again, what is, and which reported versions do not count.

import { testScripts } from '../../test/support/stream-script.ts'

testScripts({
  'X5: NACKed content is not sent again, whatever the client does': {
    sotw: `
      serve EDS a=1 b=1 | SDS s=1
      ask EDS a b → EDS#1 a=1 b=1
      nack 1 blaming a b
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
      nack 1 blaming a b
      ask EDS
      serve SDS s=2
      serve EDS a=1 b=1
      block
      drain
      status → EDS NACKED
    `,
  },
  'X5: a client that always NACKs gets each content once': {
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
  'X5: other resources go on beside a NACKed one': {
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
  'X68: the bad one of several assignments shows itself, and its neighbors are ACKed': {
    sotw: `
      serve EDS a=1 b=1 c=1
      ask EDS a b c → EDS#1 a=1 b=1 c=1
      ack 1
      serve EDS a=2 b=2 c=1 → EDS#2 a=2 b=2
      nack 2 → EDS#3 a=2 | EDS#4 b=2
      ack 3
      nack 4
      status → EDS NACKED
      serve EDS a=2 b=3 c=2 → EDS#5 c=2 | EDS#6 b=3
      ack 5 6
      status → EDS SYNCED
    `,
    delta: `
      serve EDS a=1 b=1 c=1
      ask EDS +a +b +c → EDS#1 a=1 b=1 c=1
      ack 1
      serve EDS a=2 b=2 c=1 → EDS#2 a=2 b=2
      nack 2 → EDS#3 a=2 | EDS#4 b=2
      ack 3
      nack 4
      status → EDS NACKED
      serve EDS a=2 b=3 c=2 → EDS#5 c=2 | EDS#6 b=3
      ack 5 6
      status → EDS SYNCED
    `,
  },
  'X6: reverting a NACKed change and a NACKed addition sends both': {
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
      nack 2 blaming a b
      serve CDS a=1 c=1 → CDS#3 -b | CDS#4 a=1
      ack 3 4
      status → CDS SYNCED
    `,
  },
  'X6: a name that a NACKed response added is removed, and its sibling was sent again': {
    delta: `
      serve CDS a=1
      ask CDS → CDS#1 a=1
      ack 1
      serve CDS a=2 b=bad → CDS#2 a=2 b=bad
      nack 2 → CDS#3 a=2 | CDS#4 b=bad
      ack 3
      nack 4
      serve CDS a=2 → CDS#5 -b
    `,
  },
  'X6: reverting a NACKed removal sends the resource again': {
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
  'X6: an ACK of a response with NACKed content confirms it': {
    delta: `
      serve EDS a=1 b=1
      ask EDS +a +b → EDS#1 a=1 b=1
      nack 1 blaming a b
      ask EDS +a → EDS#2 a=1
      ack 2
      status → EDS NACKED
      ask EDS +b → EDS#3 b=1
      ack 3
      status → EDS SYNCED
    `,
  },
  'X6: an ACK of a removal that was NACKed earlier confirms it': {
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
  'X6: a name that a later response carries with new content is not NACKed': {
    delta: `
      serve EDS a=1 b=1
      ask EDS +a +b → EDS#1 a=1 b=1
      serve EDS a=2 → EDS#2 a=2 -b
      nack 1
      ack 2
      status → EDS SYNCED
    `,
  },
  'X6: the part of a NACKed response that no later response replaces is sent again at once': {
    delta: `
      serve EDS a=1 b=1
      ask EDS +a +b → EDS#1 a=1 b=1
      serve EDS a=2 b=1 → EDS#2 a=2
      nack 1 → EDS#3 b=1
      ack 2 3
      status → EDS SYNCED
    `,
  },
  'X6: content that a later response only repeats stays NACKed until that one is ACKed': {
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
  'X6: each NACK is kept until its own content is fixed': {
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
  'X6: an answer that was NACKed ahead of the pushes is followed by other content when these come': {
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
      ack 3 → RDS#5 l=3 | RDS#6 k=3
      ack 5 6
      status → CDS SYNCED | RDS SYNCED
    `,
  },
  'X6: an answer that was NACKed ahead of the pushes is not sent again with them': {
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
  'X6: an unsubscribed name is no longer NACKed': {
    sotw: `
      serve EDS a=1 b=1
      ask EDS a b → EDS#1 a=1 b=1
      nack 1 blaming a b
      ask EDS b → EDS#2 b=1
      nack 2
      status → EDS NACKED
      ask EDS
      status → EDS SYNCED
    `,
    delta: `
      serve EDS a=1 b=1
      ask EDS +a +b → EDS#1 a=1 b=1
      nack 1 blaming a b
      ask EDS -a → EDS#2 b=1
      nack 2
      status → EDS NACKED
      ask EDS -b
      status → EDS SYNCED
    `,
  },
  'X6: a name that is unsubscribed beside the wildcard stays NACKed': {
    sotw: `
      serve CDS a=1
      ask CDS * a → CDS#1 a=1
      nack 1
      ask CDS *
      status → CDS NACKED
    `,
  },
  'X6: unsubscribing from the wildcard drops its NACKs, and subscribed names keep theirs': {
    sotw: `
      serve CDS a=1 b=1
      ask CDS → CDS#1 a=1 b=1
      nack 1 blaming a b
      ask CDS a → CDS#2 a=1
      status → CDS STALE
      ack 2
      status → CDS SYNCED
    `,
    delta: `
      serve CDS a=1 b=1
      ask CDS → CDS#1 a=1 b=1
      nack 1 blaming a b
      ask CDS -* +a → CDS#2 a=1
      status → CDS STALE
      ack 2
      status → CDS SYNCED
    `,
  },
  'X6: after a reconnect the node is sent what it NACKed, whatever versions it reports': {
    sotw: `
      serve CDS a=1 b=1
      reconnect
      ask CDS holding a=1 b=1
      reconnect unconfirmed CDS a
      ask CDS holding a=1 b=1 → CDS#1 a=1 b=1
    `,
    delta: `
      serve CDS a=1 b=1
      reconnect unconfirmed CDS a c
      ask CDS holding a=1 b=1 → CDS#1 a=1 -c
      ack 1
      status → CDS SYNCED
    `,
  },
  'X5: content that is gone, and that the client NACKs instead of having it, is not sent again': {
    sotw: `
      serve CDS a=1 c=1 | LDS l=1
      serve CDS c=1
      reconnect
      ask CDS a c holding c=1 → CDS#1 a=1 c=1
      nack 1 blaming a → CDS#2 c=1
      ack 2
      status → CDS MISSING
    `,
  },
  'X6: unconfirmed names of one type do not affect the others': {
    sotw: `
      serve CDS a=1
      reconnect unconfirmed LDS a
      ask CDS holding a=1
    `,
    delta: `
      serve CDS a=1
      reconnect unconfirmed LDS a
      ask CDS holding a=1
    `,
  },
  'X6: an unconfirmed name is sent once, even if the client also subscribes to it': {
    delta: `
      serve EDS a=1
      reconnect unconfirmed EDS a
      ask EDS +a holding a=1 → EDS#1 a=1
      ack 1
      status → EDS SYNCED
    `,
  },
  'X6: an unconfirmed name that is gone is removed in make-before-break order': {
    delta: `
      serve CDS b=1 | LDS l=1
      reconnect unconfirmed CDS a
      unserve
      ask CDS holding a=1 b=1
      ask LDS
      serve CDS a=1 b=1 | LDS l=1 → CDS#1 a=1 | LDS#2 l=1
      ack 1
      serve CDS b=1 | LDS l=1
      ack 2
      resumed → CDS#3 -a
    `,
  },
})
