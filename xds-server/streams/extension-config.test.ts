// The configurations of filters (ECDS) on an aggregated stream: after the clusters that they refer to, before the listeners that
// use them.

import { STARTED } from '../../test/support/started-envoy.ts'
import { testScripts } from '../../test/support/stream-script.ts'

/** The filter of a started Envoy's listener has come by ECDS, and leads to the cluster a. */
const WITH_FILTER = {
  sotw: `${STARTED.sotw}
    serve ECDS l=1:a | LDS l=2:ecds → LDS#5 l=2:ecds
    ask ECDS l → ECDS#6 l=1:a
    ack 5 6
  `,
  delta: `${STARTED.delta}
    serve ECDS l=1:a | LDS l=2:ecds → LDS#5 l=2:ecds
    ask ECDS +l → ECDS#6 l=1:a
    ack 5 6
  `,
}

testScripts(
  {
    'X67: the configuration of a filter waits for its new cluster, and its old cluster for the ACK': {
      sotw: `
        serve CDS b=1 | EDS b=1 | ECDS l=1:b → CDS#7 a=1 b=1
        ask EDS a b → EDS#8 b=1
        ack 8
        ack 7 → ECDS#9 l=1:b
        ack 9 → CDS#10 b=1
      `,
      delta: `
        serve CDS b=1 | EDS b=1 | ECDS l=1:b → CDS#7 b=1
        ask EDS +b → EDS#8 b=1
        ack 8
        ack 7 → ECDS#9 l=1:b
        ack 9 → CDS#10 -a | EDS#11 -a
      `,
    },
    'X67: a listener waits for the ACK of a changed configuration of a filter': `
      serve ECDS l=2:a | LDS l=3:ecds → ECDS#7 l=2:a
      ack 7 → LDS#8 l=3:ecds
    `,
    'X67: a configuration is removed when the listeners that use it are gone, in delta': {
      delta: `
        serve ECDS | LDS l=3 → LDS#7 l=3
        ack 7 → ECDS#8 -l
      `,
    },
    'X67: its cluster stays until its removal is ACKed': {
      delta: `
        serve CDS b=1 | EDS b=1 | ECDS | LDS l=3:b → CDS#7 b=1
        ask EDS +b → EDS#8 b=1
        ack 7 8 → LDS#9 l=3:b
        ack 9 → ECDS#10 -l
        ack 10 → CDS#11 -a | EDS#12 -a
      `,
    },
    'X15, X91: the cluster of a configuration that was dropped and asked for again unread stays until that is removed':
      {
        delta: `
        serve CDS a=1 b=1 | EDS a=1 | ECDS l=1:a m=1:b | LDS l=2:ecds → CDS#7 b=1
        ack 7
        ask ECDS +m → ECDS#8 m=1:b
        ask ECDS -m
        serve CDS a=1 | EDS a=1 | ECDS l=1:a | LDS l=2:ecds
        ask ECDS +m → ECDS#9 -m
        ack 8
        ack 9 → CDS#10 -b
      `,
      },
    'X67: it stays while connections of the replaced listener drain': {
      delta: `
        as draining
        serve ECDS | LDS l=3 → LDS#7 l=3
        ack 7
        drained 7 → ECDS#8 -l
      `,
    },
    'X67: a NACK of one configuration holds back only the listener that uses it': {
      delta: `
        serve ECDS l=2:a m=1:a | LDS l=3:ecds m=3:ecds → ECDS#7 l=2:a
        nack 7 → LDS#8 m=3:ecds
        ask ECDS +m → ECDS#9 m=1:a
      `,
    },
  },
  WITH_FILTER,
)
