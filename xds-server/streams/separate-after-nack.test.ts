// NACKs that name no resource: Envoy stops at the first bad one of a response, or validates all of them before it applies one.

import { testScripts } from '../../test/support/stream-script.ts'

const FILTERS = {
  sotw: `
    serve ECDS e=1 f=1 g=1
    ask ECDS e f g → ECDS#1 e=1 f=1 g=1
    ack 1
    serve ECDS e=2 f=2 g=2 → ECDS#2 e=2 f=2 g=2
  `,
  delta: `
    serve ECDS e=1 f=1 g=1
    ask ECDS +e +f +g → ECDS#1 e=1 f=1 g=1
    ack 1
    serve ECDS e=2 f=2 g=2 → ECDS#2 e=2 f=2 g=2
  `,
}

testScripts(
  {
    'X68: after a NACK, each configuration of a filter goes by itself, and the bad one alone is NACKED': `
      nack 2 → ECDS#3 e=2 | ECDS#4 f=2 | ECDS#5 g=2
      status → ECDS UNKNOWN
      ack 3
      nack 4
      ack 5
      status → ECDS NACKED
      serve ECDS e=2 f=3 g=2 → ECDS#6 f=3
      ack 6
      status → ECDS SYNCED
    `,
    'X68: a NACK that names one is of that one, and the others go together': `
      nack 2 blaming f → ECDS#3 e=2 g=2
      ack 3
      status → ECDS NACKED
    `,
    'X68: neighbors that are bad too are NACKED each for itself, and an ACK of one brings back no other': `
      nack 2 → ECDS#3 e=2 | ECDS#4 f=2 | ECDS#5 g=2
      nack 3 4
      ack 5
      serve ECDS e=3 f=2 g=2 → ECDS#6 e=3
      ack 6
      status → ECDS NACKED
    `,
    'X68: content that changed before the NACK came goes once, by itself': {
      sotw: `
        serve ECDS e=2 f=3 g=2
        nack 2 → ECDS#3 e=2 | ECDS#4 f=3 | ECDS#5 g=2
        ack 3 4 5
        status → ECDS SYNCED
      `,
      delta: `
        serve ECDS e=2 f=3 g=2 → ECDS#3 f=3
        nack 2 → ECDS#4 e=2 | ECDS#5 g=2
        ack 3 4 5
        status → ECDS SYNCED
      `,
    },
  },
  FILTERS,
)

testScripts(
  {
    'X69: when a runtime layer is ACKed, the layers are sent again that Envoy NACKed for its sake': `
      nack 2 → RTDS#3 r=2 | RTDS#4 s=2
      nack 3 4
      serve RTDS r=2 s=3 → RTDS#5 s=3
      status → RTDS NACKED
      ack 5 → RTDS#6 r=2
      ack 6
      status → RTDS SYNCED
    `,
    'X69: a layer that is bad itself is sent again once for each ACK': `
      nack 2 → RTDS#3 r=2 | RTDS#4 s=2
      ack 3
      nack 4
      serve RTDS r=3 s=2 → RTDS#5 r=3
      ack 5 → RTDS#6 s=2
      nack 6
      status → RTDS NACKED
    `,
  },
  {
    sotw: `
      serve RTDS r=1 s=1
      ask RTDS r s → RTDS#1 r=1 s=1
      ack 1
      serve RTDS r=2 s=2 → RTDS#2 r=2 s=2
    `,
    delta: `
      serve RTDS r=1 s=1
      ask RTDS +r +s → RTDS#1 r=1 s=1
      ack 1
      serve RTDS r=2 s=2 → RTDS#2 r=2 s=2
    `,
  },
)

/** Assignments of these numbers with this content, as a script writes them. */
const many = (from: number, to: number, content: string) =>
  Array.from({ length: to - from + 1 }, (_, at) => `n${from + at}=${content}`).join(' ')
const MANY = many(101, 350, '1')
const PARTS = Array.from({ length: 84 }, (_, at) => many(101 + 3 * at, Math.min(103 + 3 * at, 350), '1'))
const NAMES = MANY.replaceAll('=1', '').split(' ')

testScripts(
  {
    'X68: many neighbors go in at most a hundred responses, and those of a NACKed one by themselves': {
      delta: `
      nack 1 → ${PARTS.map((part, at) => `EDS#${at + 2} ${part}`).join(' | ')}
      ack ${PARTS.map((_, at) => at + 3)
        .filter((nonce) => nonce <= 85)
        .join(' ')}
      nack 2 → EDS#86 n101=1 | EDS#87 n102=1 | EDS#88 n103=1
      ack 86 88
      nack 87
      status → EDS NACKED
      serve EDS ${MANY.replace('n102=1', 'n102=2')} → EDS#89 n102=2
      ack 89
      status → EDS SYNCED
    `,
    },
  },
  {
    delta: `
      serve EDS ${MANY}
      ask EDS ${NAMES.map((name) => `+${name}`).join(' ')} → EDS#1 ${MANY}
    `,
  },
)

testScripts({
  'X68: of clusters too, in delta: the good ones are ACKed, and removals wait for nobody': {
    delta: `
      serve CDS a=1 b=1 c=1
      ask CDS → CDS#1 a=1 b=1 c=1
      ack 1
      serve CDS a=2 b=bad → CDS#2 a=2 b=bad -c
      nack 2 → CDS#3 -c | CDS#4 a=2 | CDS#5 b=bad
      ack 3 4
      nack 5
      status → CDS NACKED
      serve CDS a=2 b=2 → CDS#6 b=2
      ack 6
      status → CDS SYNCED
    `,
  },
  'X68: a removal beside one resource is sent again at once': {
    delta: `
      serve CDS a=1 c=1
      ask CDS → CDS#1 a=1 c=1
      ack 1
      serve CDS a=bad → CDS#2 a=bad -c
      nack 2 → CDS#3 -c
      nack 3
      status → CDS NACKED
    `,
  },
})
