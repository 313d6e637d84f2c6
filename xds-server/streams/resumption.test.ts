// Changes that are served while a client is between two streams: its first answers wait for their stages.

import { STARTED } from '../../test/support/started-envoy.ts'
import { testScripts } from '../../test/support/stream-script.ts'

testScripts(
  {
    'X89: a route that changed between two streams waits for its new cluster and its endpoints': {
      sotw: `
        as draining
        serve CDS b=1 | EDS b=1 | RDS l=b → CDS#5 a=1 b=1
        reconnect
        ask CDS holding a=1 → CDS#1 a=1 b=1
        ask EDS a holding a=1 → EDS#2 a=1
        ask LDS holding l=1
        ask RDS l holding l=1
        ack 2
        ask EDS a b → EDS#3 b=1
        ack 3
        ack 1 → RDS#4 l=b
        ack 4
        status → CDS SYNCED | EDS SYNCED | LDS SYNCED | RDS SYNCED
        drained reconnect → CDS#5 b=1
      `,
      delta: `
        serve CDS b=1 | EDS b=1 | RDS l=b → CDS#5 b=1
        reconnect
        ask CDS holding a=1 → CDS#1 b=1
        ask EDS +a holding a=1
        ask LDS holding l=1
        ask RDS +l holding l=1
        ask EDS +b → EDS#2 b=1
        ack 2
        status → CDS STALE | EDS NOT_SENT | LDS SYNCED | RDS NOT_SENT
        ack 1 → RDS#3 l=b
        ack 3 → CDS#4 -a | EDS#5 -a
      `,
    },
    'X89: clusters that are kept for routes are known after another reconnect': {
      sotw: `
        as draining
        serve CDS b=1 | EDS b=1 | RDS l=b → CDS#5 a=1 b=1
        reconnect
        serve CDS c=1 | EDS c=1 | RDS l=c
        ask CDS holding a=1 b=1 → CDS#1 a=1 b=1 c=1
        reconnect
        serve CDS d=1 | EDS d=1 | RDS l=d
        ask CDS holding a=1 b=1 c=1 → CDS#1 a=1 b=1 c=1 d=1
      `,
    },
    'X89: listeners come before routes': {
      sotw: `
        serve LDS l=2:rds | RDS l=a → LDS#5 l=2:rds
        reconnect
        ask CDS holding a=1
        ask EDS a holding a=1 → EDS#1 a=1
        ask LDS holding l=1
        ask RDS l holding l=1
        ack 1 → LDS#2 l=2:rds
        ack 2 → RDS#3 l=a
      `,
      delta: `
        serve LDS l=2:rds | RDS l=a → LDS#5 l=2:rds
        reconnect
        ask CDS holding a=1
        ask RDS +l holding l=1
        ask LDS holding l=1
        ask EDS +a holding a=1 → LDS#1 l=2:rds
        ack 1 → RDS#2 l=a
      `,
    },
    'X89: a client that asks for listeners and routes before endpoints, or before clusters, waits for these':
      {
        delta: `
        serve EDS a=2 | RDS l=a → EDS#5 a=2
        reconnect
        ask CDS holding a=1
        ask LDS holding l=1
        ask RDS +l holding l=1
        ask EDS +a holding a=1 → EDS#1 a=2
        ack 1 → RDS#2 l=a
        reconnect
        serve CDS a=1 b=1 | RDS l=b
        ask EDS +a holding a=2
        ask LDS holding l=1
        ask RDS +l holding l=a
        ask CDS holding a=1 → CDS#1 b=1
        ask EDS +b → EDS#2 b=empty
        ack 2
        ack 1 → RDS#3 l=b
      `,
      },
    'X89: a push waits for clusters that the client has not asked for again': {
      delta: `
        reconnect
        ask EDS +a holding a=1
        ask LDS holding l=1
        ask RDS +l holding l=1
        serve CDS a=1 b=1 | RDS l=b
        ask CDS holding a=1 → CDS#1 b=1
        ask EDS +b → EDS#2 b=empty
        ack 2
        ack 1 → RDS#3 l=b
      `,
    },
    'X89: a client that never asks for clusters is answered when its time is over': {
      sotw: `
        serve LDS l=2 → LDS#5 l=2
        reconnect
        ask LDS holding l=1
        status → LDS NOT_SENT
        resumed → LDS#1 l=2
      `,
      delta: `
        serve LDS l=2 → LDS#5 l=2
        reconnect
        ask LDS holding l=1
        status → LDS NOT_SENT
        resumed → LDS#1 l=2
      `,
    },
    'X89: in delta, names that the client reports nothing about are answered at once': {
      delta: `
        serve CDS a=1 b=1 | EDS a=1 b=1 | RDS l=b k=b → CDS#5 b=1
        reconnect
        ask CDS holding a=1 → CDS#1 b=1
        ask RDS +l +k +n holding l=1 → RDS#2 k=b -n
        ack 2
        ask EDS +a +b holding a=1 → EDS#3 b=1
        ack 3
        ack 1 → RDS#4 l=b
      `,
    },
    'X89: a client that starts is answered at once': `
      serve CDS a=2 | RDS l=a → CDS#5 a=2 | EDS#6 a=1
      reconnect
      ask CDS → CDS#1 a=2
      ask LDS → LDS#2 l=1
    `,
    'X89: clusters that are gone stay until listeners and routes are asked for, without a drain time too': {
      delta: `
        serve CDS b=1 | EDS b=1 | LDS l=2:b | RDS → CDS#5 b=1
        reconnect
        ask CDS holding a=1 → CDS#1 b=1
        ask EDS +a holding a=1
        ask EDS +b → EDS#2 b=1
        ack 2
        ack 1
        ask LDS holding l=1 → LDS#3 l=2:b
        ack 3 → CDS#4 -a | EDS#5 -a
      `,
      sotw: `
        serve CDS b=1 | EDS b=1 | LDS l=2:b | RDS → CDS#5 a=1 b=1
        reconnect
        ask CDS holding a=1 → CDS#1 a=1 b=1
        ask EDS a b holding a=1 → EDS#2 b=1 a=1
        ack 2
        ack 1
        ask LDS holding l=1 → LDS#3 l=2:b
        ack 3 → CDS#4 b=1
      `,
    },
    'X89: clusters that are gone stay until filters and virtual hosts are asked for, too': {
      delta: `
        serve CDS a=1 b=1 | EDS a=1 b=1 | LDS l=1 | RDS l=b | ECDS f=1 | VHDS r/x=x → CDS#5 b=1
        reconnect
        serve CDS b=1 | EDS b=1 | LDS l=1 | RDS l=b | ECDS f=1 | VHDS r/x=x
        ask CDS holding a=1 b=1
        ask EDS +a +b holding a=1 b=1
        ask LDS holding l=1
        ask RDS +l holding l=b
        ask VHDS holding r/x=x
        ask ECDS +f holding f=1 → CDS#1 -a | EDS#2 -a
        reconnect
        ask CDS holding a=1 b=1
        ask EDS +a +b holding a=1 b=1
        ask ECDS +f holding f=1
        ask LDS holding l=1
        ask RDS +l holding l=b
        resumed → CDS#1 -a | EDS#2 -a
      `,
    },
    'X89: clusters that are gone stay until virtual hosts are asked for, also if the snapshot has no more': {
      delta: `
        serve CDS b=1 | EDS b=1 | LDS l=1 | RDS l=1:vhds → CDS#5 b=1
        reconnect
        ask CDS holding a=1 b=1
        ask EDS +a +b holding a=1 b=1
        ask LDS holding l=1
        ask RDS +l holding l=1:vhds
        ask VHDS holding l/x=x → VHDS#1 -l/x -l/*
        ack 1 → CDS#2 -a | EDS#3 -a
      `,
    },
    'X89: what refers to a NACKed cluster waits, after a reconnect too': {
      sotw: `
        serve CDS a=1 b=bad | RDS l=b → CDS#5 a=1 b=bad
        nack 5
        reconnect unconfirmed CDS b
        ask CDS holding a=1 → CDS#1 a=1 b=bad
        ask EDS a holding a=1 → EDS#2 a=1
        ask LDS holding l=1
        ask RDS l holding l=1
        ack 2
        nack 1
        serve CDS a=1 b=1 → CDS#3 a=1 b=1 | EDS#4 a=1
        ack 4
        ack 3 → RDS#5 l=b
      `,
      delta: `
        serve CDS a=1 b=bad | RDS l=b k=a → CDS#5 b=bad
        nack 5
        reconnect unconfirmed CDS b
        ask CDS holding a=1 → CDS#1 b=bad
        ask EDS +a holding a=1
        ask LDS holding l=1
        ask RDS +l +k holding l=1 → RDS#2 k=a
        nack 1
        serve CDS a=1 b=1 → CDS#3 b=1
        ack 2
        ack 3 → RDS#4 l=b
      `,
    },
    'X89: gRPC is answered at once: its calls wait for the cluster of a new route': {
      delta: `
        as grpc
        serve EDS a=2 | RDS l=b → EDS#5 a=2
        reconnect
        ask EDS +a holding a=1 → EDS#1 a=2
        ask RDS +l holding l=1 → RDS#2 l=b
      `,
    },
    'X89: a wildcard that begins in mid-stream is answered at once': {
      delta: `
        serve LDS l=1 m=1 → LDS#5 m=1
        reconnect
        ask EDS +a holding a=1
        ask CDS holding a=1
        ask LDS +l holding l=1
        serve EDS a=2 → EDS#1 a=2
        ask LDS +* → LDS#2 l=1 m=1
      `,
    },
    'X89: a client that names its listeners asks for them first, and nothing waits for the rest': {
      delta: `
        serve LDS l=1 m=1 → LDS#5 m=1
        reconnect
        serve LDS l=2:rds | RDS l=a
        ask LDS +l holding l=1 → LDS#1 l=2:rds
        ask RDS +l holding l=1
        ack 1 → RDS#2 l=a
      `,
    },
  },
  STARTED,
)
