// NACKs of filters (ECDS) and runtime layers (RTDS): Envoy stops at the first bad resource of a response, and does not name it.

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
    'X68: a NACK that names one is of that one, and the others go one by one': `
      nack 2 blaming f → ECDS#3 e=2 | ECDS#4 g=2
      ack 3 4
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
