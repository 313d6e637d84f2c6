// What real clients taught: listeners that drain, clients that subscribe by name, NACKs of one resource among many, and requests
// without a nonce.

import { STARTED } from '../../test/support/started-envoy.ts'
import { testScripts } from '../../test/support/stream-script.ts'

testScripts(
  {
    'X42: what a replaced listener uses stays until its drain time is over': {
      sotw: `
        as draining
        serve CDS a=1 b=1 | EDS a=1 b=1 → CDS#5 a=1 b=1
        ask EDS a b → EDS#6 b=1
        ack 5 6
        serve CDS b=1 | EDS b=1 | LDS l=2:b | RDS l=b → LDS#7 l=2:b
        ack 7 → RDS#8 l=b
        ack 8
        status → CDS SYNCED | EDS SYNCED | LDS SYNCED | RDS SYNCED
        drained 7 → CDS#9 b=1
      `,
      delta: `
        as draining
        serve CDS a=1 b=1 | EDS a=1 b=1 → CDS#5 b=1
        ask EDS +b → EDS#6 b=1
        ack 5 6
        serve CDS b=1 | EDS b=1 | LDS l=2:b | RDS l=b → LDS#7 l=2:b
        ack 7 → RDS#8 l=b
        ack 8
        status → CDS SYNCED | EDS SYNCED | LDS SYNCED | RDS SYNCED
        drained 7 → CDS#9 -a | EDS#10 -a
      `,
    },
    'X42: without a drain time it goes when the new listener is ACKed': {
      delta: `
        serve CDS a=1 b=1 | EDS a=1 b=1 → CDS#5 b=1
        ask EDS +b → EDS#6 b=1
        ack 5 6
        serve CDS b=1 | EDS b=1 | LDS l=2:b | RDS l=b → LDS#7 l=2:b
        ack 7 → RDS#8 l=b
        ack 8 → CDS#9 -a | EDS#10 -a
      `,
    },
    'X42: the routes of a replaced listener stay, and the clusters that they name': {
      delta: `
        as draining
        serve CDS a=1 b=1 c=1 | EDS a=1 b=1 c=1 | LDS l=2:rds | RDS l=b → CDS#5 b=1 c=1
        ask EDS +b +c → EDS#6 b=1 c=1
        ack 6
        ack 5 → LDS#7 l=2:rds
        ack 7 → RDS#8 l=b
        ack 8
        drained 7
        serve CDS c=1 | EDS c=1 | LDS l=3:c | RDS → LDS#9 l=3:c
        ack 9 → CDS#10 -a | EDS#11 -a
        ack 10 11
        status → CDS SYNCED | EDS SYNCED | LDS SYNCED | RDS SYNCED
        drained 9 → RDS#12 -l
        ack 12 → CDS#13 -b | EDS#14 -b
      `,
    },
    'X42: the old content of a listener of an earlier stream may use anything': {
      delta: `
        as draining
        serve CDS b=1 | EDS b=1 | LDS l=2:b | RDS l=b → CDS#5 b=1
        reconnect
        ask CDS holding a=1 b=1
        ask EDS +a +b holding a=1 b=1
        ask LDS holding l=1 → LDS#1 l=2:b
        ack 1
        drained reconnect
        drained 1 → CDS#2 -a | EDS#3 -a
      `,
    },
    'X42: a client that reconnects and asks for no listeners loses what is gone after the drain time': {
      delta: `
        as draining
        serve CDS b=1 → CDS#5 b=1
        reconnect
        ask CDS holding a=1 b=1
        status → CDS SYNCED
        drained reconnect → CDS#1 -a
      `,
    },
    'X44: a NACK holds back what refers to the NACKed name, and nothing else': {
      delta: `
        serve CDS a=1 b=bad | LDS l=2 m=1:b | RDS l=a → CDS#5 b=bad
        nack 5 → LDS#6 l=2
        ack 6 → RDS#7 l=a
        ack 7
        status → CDS NACKED | EDS SYNCED | LDS NOT_SENT | RDS SYNCED
        serve CDS a=1 b=2 | EDS a=1 b=1 → CDS#8 b=2
        ask EDS +b → EDS#9 b=1
        ack 9
        ack 8 → LDS#10 m=1:b
      `,
    },
    'X44: a listener waits for a cluster that only its routes name': {
      delta: `
        serve CDS a=1 b=bad | LDS l=2:rds | RDS l=b → CDS#5 b=bad
        nack 5
        status → CDS NACKED | EDS SYNCED | LDS NOT_SENT | RDS NOT_SENT
      `,
    },
    'X44: a removal waits for the NACKed resource that may use it, and for no other': {
      delta: `
        serve CDS a=1 b=1 c=1 | EDS a=1 b=1 c=1 → CDS#5 b=1 c=1
        ask EDS +b +c → EDS#6 b=1 c=1
        ack 5 6
        serve LDS l=2:b → LDS#7 l=2:b
        nack 7
        serve CDS → CDS#8 -c
        ack 8
        status → CDS NOT_SENT | EDS SYNCED | LDS NACKED | RDS SYNCED
      `,
    },
    'X53: a cluster stays while a route that was answered ahead of its stage uses it': {
      delta: `
        serve CDS a=1 b=1 | EDS a=1 b=1 → CDS#5 b=1
        ask RDS -l
        serve RDS l=b
        ask RDS +l → RDS#6 l=b
        ack 6
        serve CDS a=1 | EDS a=1 | RDS l=a
        ask EDS +b → EDS#7 -b
        ack 5
        ack 7 → RDS#8 l=a
        ack 8 → CDS#9 -b
      `,
    },
    'X54: after a NACK of two routes by name, the other is sent again when one is dropped': {
      sotw: `
        serve LDS l=1:rds m=1:rds | RDS l=a m=a → LDS#5 l=1:rds m=1:rds
        ask RDS l m → RDS#6 m=a
        ack 6
        ack 5 → RDS#7 l=a
        ack 7
        serve RDS l=b m=b → RDS#8 l=b m=b
        nack 8 blaming l m
        serve LDS m=1:rds → LDS#9 m=1:rds
        ack 9
        ask RDS m → RDS#10 m=b
        ack 10
        status → CDS SYNCED | EDS SYNCED | LDS SYNCED | RDS SYNCED
      `,
      delta: `
        serve LDS l=1:rds m=1:rds | RDS l=a m=a → LDS#5 l=1:rds m=1:rds
        ack 5 → RDS#6 l=a
        ask RDS +m → RDS#7 m=a
        ack 6
        ask RDS +l +m → RDS#8 l=a m=a
        ack 7
        nack 8 blaming l m
        serve LDS m=1:rds → LDS#9 -l
        ack 9
        ask RDS -l → RDS#10 m=a
        ack 10
        status → CDS SYNCED | EDS SYNCED | LDS SYNCED | RDS SYNCED
      `,
    },
  },
  STARTED,
)

testScripts({
  'X43: a client by name keeps a cluster until it has asked for its successor': {
    sotw: `
      as grpc
      serve LDS l=1:rds | RDS l=a | CDS a=1 | EDS a=1
      ask LDS l → LDS#1 l=1:rds
      ack 1
      ask RDS l → RDS#2 l=a
      ack 2
      ask CDS a → CDS#3 a=1
      ack 3
      ask EDS a → EDS#4 a=1
      ack 4
      serve RDS l=b | CDS b=1 | EDS b=1 → RDS#5 l=b
      ack 5
      ask CDS a b → CDS#6 a=1 b=1
      ack 6
      ask EDS a b → EDS#7 b=1
      ack 7 → CDS#8 b=1
    `,
    delta: `
      as grpc
      serve LDS l=1:rds | RDS l=a | CDS a=1 | EDS a=1
      ask LDS +l → LDS#1 l=1:rds
      ack 1
      ask RDS +l → RDS#2 l=a
      ack 2
      ask CDS +a → CDS#3 a=1
      ack 3
      ask EDS +a → EDS#4 a=1
      ack 4
      serve RDS l=b | CDS b=1 | EDS b=1 → RDS#5 l=b
      ack 5
      ask CDS +b → CDS#6 b=1
      ack 6
      ask EDS +b → EDS#7 b=1
      ack 7 → CDS#8 -a | EDS#9 -a
    `,
  },
  'X43: a client by name that drops a name needs no removal': {
    delta: `
      serve LDS l=1 | CDS a=1
      ask LDS +l → LDS#1 l=1
      ask CDS +a → CDS#2 a=1
      ack 1 2
      serve LDS l=2:b | CDS b=1 → LDS#3 l=2:b
      ack 3
      ask CDS -a
      ask CDS +b → CDS#4 b=1
      ack 4
      status → CDS SYNCED | LDS SYNCED
    `,
  },
  'X43: gRPC that asks for clusters first after a reconnect keeps what its old routes use': {
    delta: `
      as grpc
      serve LDS l=1:rds | RDS l=a | CDS a=1 | EDS a=1
      serve RDS l=b | CDS b=1 | EDS b=1
      reconnect
      ask CDS +a holding a=1
      ask EDS +a holding a=2
      ask LDS +l holding l=1:rds
      ask RDS +l holding l=a → RDS#1 l=b
      ack 1
      ask CDS +b → CDS#2 b=1
      ack 2
      ask EDS +b → EDS#3 b=1
      ack 3 → CDS#4 -a | EDS#5 -a
    `,
    sotw: `
      as grpc
      serve LDS l=1:rds | RDS l=a | CDS a=1 | EDS a=1
      serve RDS l=b | CDS b=1 | EDS b=1
      reconnect
      ask CDS a holding a=1 → CDS#1 a=1
      ack 1
      ask LDS l holding l=1:rds → LDS#2 l=1:rds
      ack 2
      ask RDS l holding l=a → RDS#3 l=b
      ack 3
      ask CDS a b → CDS#4 a=1 b=1
      ack 4
      ask EDS b → EDS#5 b=1
      ack 5 → CDS#6 b=1
    `,
  },
  'X44: a route that leads away from a NACKed cluster goes out': {
    delta: `
      as grpc
      serve LDS l=1:rds | RDS l=a | CDS a=1 | EDS a=1
      ask LDS +l → LDS#1 l=1:rds
      ask RDS +l → RDS#2 l=a
      ask CDS +a → CDS#3 a=1
      ack 1 2 3
      serve RDS l=b | CDS a=1 b=bad → RDS#4 l=b
      ack 4
      ask CDS +b → CDS#5 b=bad
      nack 5
      serve RDS l=a → RDS#6 l=a
    `,
  },
  'X51: a request without a nonce in mid-stream is answered like a first one': {
    sotw: `
      serve EDS a=1 | CDS a=1
      ask EDS a → EDS#1 a=1
      ack 1
      again EDS a → EDS#2 a=1
      again EDS a → EDS#3 a=1
      ack 2 → stale
      ack 3
      ask CDS → CDS#4 a=1 | EDS#5 a=1
      ack 4
      again CDS → CDS#6 a=1
    `,
  },
  'X52: an ACK counts only for the response with its nonce': {
    sotw: `
      serve CDS a=bad
      ask CDS → CDS#1 a=bad
      serve CDS a=bad b=1 → CDS#2 a=bad b=1
      nack 1
      ack 1 → stale
      status → CDS STALE
      nack 2
      status → CDS NACKED
    `,
  },
  'X55: a client that reconnects with * and a name is answered, whatever version it reports': {
    sotw: `
      serve CDS a=1
      ask CDS * b holding a=1 → CDS#1 a=1
      reconnect
      ask CDS holding a=1
    `,
  },
  'X12: gRPC is not sent unchanged endpoints behind a changed cluster': {
    delta: `
      as grpc
      serve CDS a=1 | EDS a=1
      ask CDS +a → CDS#1 a=1
      ask EDS +a → EDS#2 a=1
      ack 1 2
      serve CDS a=2 → CDS#3 a=2
    `,
  },
})
