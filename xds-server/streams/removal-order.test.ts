// What goes last on an aggregated stream: that which is taken away, when nothing can lead to it any more.

import { STARTED } from '../../test/support/started-envoy.ts'
import { testScripts } from '../../test/support/stream-script.ts'

testScripts(
  {
    'X15: a renamed cluster is removed when listeners and routes without it are ACKed': {
      sotw: `
        serve CDS b=1 | EDS b=1 | LDS l=2 | RDS l=2 → CDS#5 a=1 b=1
        ask EDS a b → EDS#6 b=1
        ack 5
        ack 6 → LDS#7 l=2
        ack 7 → RDS#8 l=2
        ack 8 → CDS#9 b=1
        ack 9 
        status → CDS SYNCED | EDS SYNCED | LDS SYNCED | RDS SYNCED
      `,
      delta: `
        serve CDS b=1 | EDS b=1 | LDS l=2 | RDS l=2 → CDS#5 b=1
        ask EDS +b → EDS#6 b=1
        ack 5
        ack 6 → LDS#7 l=2
        ack 7 → RDS#8 l=2
        ack 8 → CDS#9 -a | EDS#10 -a
        ack 9 10
        status → CDS SYNCED | EDS SYNCED | LDS SYNCED | RDS SYNCED
      `,
    },
    'X15: a cluster whose change was NACKed is reverted, with its endpoints, and stays until nothing uses it':
      {
        sotw: `
        serve CDS a=2 → CDS#5 a=2 | EDS#6 a=1
        nack 5
        ack 6
        serve CDS b=1 | EDS b=1 | LDS l=2 → CDS#7 a=1 b=1 | EDS#8 a=1
        ack 7
        ack 8 → LDS#9 l=2
        ack 9 → CDS#10 b=1
      `,
        delta: `
        serve CDS a=2 → CDS#5 a=2 | EDS#6 a=1
        nack 5
        ack 6
        serve CDS b=1 | EDS b=1 | LDS l=2 → CDS#7 b=1 | CDS#8 a=1 | EDS#9 a=1
        ack 7 8
        ack 9 → LDS#10 l=2
        ack 10 → CDS#11 -a | EDS#12 -a
      `,
      },
    'X15: endpoints that are subscribed again while the removal of their cluster waits are sent': {
      delta: `
        serve CDS | EDS | LDS l=2 → LDS#5 l=2
        ask EDS +a → EDS#6 a=1
        ack 5
        ack 6 → CDS#7 -a | EDS#8 -a
      `,
    },
    'X15: a cluster that nothing uses is removed at once, after the rest': {
      sotw: `
        serve CDS a=1 b=1 → CDS#5 a=1 b=1
        ack 5
        serve CDS a=1 → CDS#6 a=1
        ack 6
        serve CDS a=1 b=1 | SDS → CDS#7 a=1 b=1
        ack 7
        serve CDS a=2 → CDS#8 a=2 b=1 | EDS#9 a=1
        ack 9
        ack 8 → CDS#10 a=2
      `,
      delta: `
        serve CDS a=1 b=1 → CDS#5 b=1
        ack 5
        serve CDS a=1 → CDS#6 -b
        ack 6
        serve CDS a=1 b=1 → CDS#7 b=1
        ack 7
        serve CDS a=2 → CDS#8 a=2 | EDS#9 a=1
        ack 9
        ack 8 → CDS#10 -b
      `,
    },
    'X15: a cluster that comes back before its removal is sent stays, and nothing is sent': `
      serve CDS | LDS l=2 → LDS#5 l=2
      serve CDS a=1
      ack 5
      status → CDS SYNCED | EDS SYNCED | LDS SYNCED | RDS SYNCED
    `,
    'X15: a cluster that came back with other content is sent': `
      serve CDS | LDS l=2 → LDS#5 l=2
      serve CDS a=2 → CDS#6 a=2 | EDS#7 a=1
    `,
    'X15: a cluster is kept while a listener that uses it is un-ACKed': {
      sotw: `
        serve CDS a=1 b=1 | LDS l=2 → CDS#5 a=1 b=1
        ack 5 → LDS#6 l=2
        serve CDS a=1 | LDS l=1 → LDS#7 l=1
        ack 7 → CDS#8 a=1
      `,
      delta: `
        serve CDS a=1 b=1 | LDS l=2 → CDS#5 b=1
        ack 5 → LDS#6 l=2
        serve CDS a=1 | LDS l=1 → LDS#7 l=1
        ack 6
        ack 7 → CDS#8 -b
      `,
    },
    'X15: a cluster is kept while the listener that no longer uses it is NACKed': {
      sotw: `
        serve CDS b=1 | LDS l=2 → CDS#5 a=1 b=1
        ack 5 → LDS#6 l=2
        nack 6
        status → CDS NOT_SENT | EDS SYNCED | LDS NACKED | RDS SYNCED
        serve LDS l=3 → LDS#7 l=3
        ack 7 → CDS#8 b=1
      `,
      delta: `
        serve CDS b=1 | LDS l=2 → CDS#5 b=1
        ack 5 → LDS#6 l=2
        nack 6
        status → CDS NOT_SENT | EDS SYNCED | LDS NACKED | RDS SYNCED
        serve LDS l=3 → LDS#7 l=3
        ack 7 → CDS#8 -a
      `,
    },
    'X15: a cluster is kept while the client has the listener that it ACKed between two NACKs': {
      sotw: `
        serve CDS a=1 b=1 → CDS#5 a=1 b=1
        ack 5
        serve LDS l=2:a → LDS#6 l=2:a
        serve LDS l=3:b → LDS#7 l=3:b
        serve LDS l=4:a → LDS#8 l=4:a
        nack 6
        ack 7
        nack 8
        serve CDS a=1
        serve LDS l=5:a → LDS#9 l=5:a
        ack 9 → CDS#10 a=1
      `,
      delta: `
        serve CDS a=1 b=1 → CDS#5 b=1
        ack 5
        serve LDS l=2:a → LDS#6 l=2:a
        serve LDS l=3:b → LDS#7 l=3:b
        serve LDS l=4:a → LDS#8 l=4:a
        nack 6
        ack 7
        nack 8
        serve CDS a=1
        serve LDS l=5:a → LDS#9 l=5:a
        ack 9 → CDS#10 -b
      `,
    },
    'X15: a cluster is kept while a listener may use it whose response a later NACK also answers': {
      sotw: `
        serve CDS a=1 b=1 → CDS#5 a=1 b=1
        ack 5
        serve LDS l=3:b → LDS#6 l=3:b
        serve LDS l=4:a → LDS#7 l=4:a
        nack 7 → LDS#8 l=4:a
        nack 8
        serve CDS a=1
        serve LDS l=5:a → LDS#9 l=5:a
        ack 9 → CDS#10 a=1
      `,
    },
    'X15: a cluster is kept while a listener may use it that was in a NACKed response and then changed': {
      sotw: `
        serve CDS a=1 b=1 → CDS#5 a=1 b=1
        ack 5
        serve LDS l=2:b m=9 → LDS#6 l=2:b m=9
        serve LDS l=3:a m=9 → LDS#7 l=3:a m=9
        nack 6 blaming m
        nack 7 blaming l m
        serve CDS a=1
        serve LDS l=4:a → LDS#8 l=4:a
        ack 8 → CDS#9 a=1
      `,
      delta: `
        serve CDS a=1 b=1 → CDS#5 b=1
        ack 5
        serve LDS l=2:b m=9 → LDS#6 l=2:b m=9
        serve LDS l=3:a m=9 → LDS#7 l=3:a
        nack 6 blaming m
        nack 7 blaming l
        serve CDS a=1
        serve LDS l=4:a → LDS#8 -m | LDS#9 l=4:a
        ack 8
        ack 9 → CDS#10 -b
      `,
    },
    'X15: a secret is kept until listeners without it are ACKed': {
      sotw: `
        serve SDS s=1
        ask SDS s → SDS#5 s=1
        ack 5
        serve SDS | LDS l=2 → LDS#6 l=2
        status → SDS NOT_SENT | CDS SYNCED | EDS SYNCED | LDS STALE | RDS SYNCED
        ack 6
        status → SDS SYNCED | CDS SYNCED | EDS SYNCED | LDS SYNCED | RDS SYNCED
      `,
      delta: `
        serve SDS s=1
        ask SDS +s → SDS#5 s=1
        ack 5
        serve SDS | LDS l=2 → LDS#6 l=2
        status → SDS NOT_SENT | CDS SYNCED | EDS SYNCED | LDS STALE | RDS SYNCED
        ack 6 → SDS#7 -s
      `,
    },
    'X15: removals of a client without listeners do not wait': {
      sotw: `
        reconnect
        ask CDS → CDS#1 a=1
        ack 1
        serve CDS b=1 → CDS#2 b=1
      `,
      delta: `
        reconnect
        ask CDS → CDS#1 a=1
        ack 1
        serve CDS b=1 → CDS#2 b=1 -a
      `,
    },
    'X15: removals wait for listeners that are subscribed and un-ACKed': {
      sotw: `
        reconnect
        ask CDS → CDS#1 a=1
        ack 1
        ask LDS → LDS#2 l=1
        serve CDS b=1 → CDS#3 a=1 b=1
        ack 3
        ack 2 → CDS#4 b=1
      `,
      delta: `
        reconnect
        ask CDS → CDS#1 a=1
        ack 1
        ask LDS → LDS#2 l=1
        serve CDS b=1 → CDS#3 b=1
        ack 3
        ack 2 → CDS#4 -a
      `,
    },
    'X15: a listener is removed at once, and its routes when its removal is ACKed': {
      delta: `
        serve LDS | RDS → LDS#5 -l
        ack 5 → RDS#6 -l
      `,
    },
  },
  STARTED,
)
