// Heartbeats of resources with a TTL: what carries the TTL, what a heartbeat repeats, and what it leaves alone.

import { testScripts } from '../../test/support/stream-script.ts'

testScripts({
  'X32: a client that does not say so is sent no TTL and no heartbeat': `
    serve CDS a=1~9000
    ask CDS → CDS#1 a=1
    ack 1
    beat CDS 9000
    late CDS 9000
  `,
  'X32: a TTL goes with its resource; nothing waits for the answer to a heartbeat, and it is never stale': {
    sotw: `
      as expiring
      serve CDS a=1~9000 b=1
      ask CDS → CDS#1 a=1~9000 b=1
      ack 1
      beat CDS 9000 → CDS#1+2 a=1~9000 b=1
      status → CDS SYNCED
      serve CDS a=1~9000 b=2 → CDS#3 a=1~9000 b=2
      ack 1+2
      ack 3
      status → CDS SYNCED
    `,
    delta: `
      as expiring
      serve CDS a=1~9000 b=1
      ask CDS → CDS#1 a=1~9000 b=1
      ack 1
      beat CDS 9000 → CDS#1+2 ~a
      status → CDS SYNCED
      serve CDS a=1~9000 b=2 → CDS#3 b=2
      ack 1+2
      ack 3
      status → CDS SYNCED
    `,
  },
  'X32: each TTL has its own heartbeat, and only subscribed names are in it': {
    delta: `
      as expiring
      serve EDS a=1~9000 b=1~9000 c=1~500 d=1
      ask EDS +a +c → EDS#1 a=1~9000 c=1~500
      ack 1
      beat EDS 9000 → EDS#1+2 ~a
      beat EDS 500 → EDS#1+3 ~c
      beat EDS 700
      beat CDS 9000
      ask EDS -a
      beat EDS 9000
    `,
  },
  'X57: a TTL that changes, begins or ends is sent': {
    sotw: `
      as expiring
      serve RTDS a=1 b=1~9000 c=1~9000 d=1~9000
      ask RTDS a b c d → RTDS#1 a=1 b=1~9000 c=1~9000 d=1~9000
      ack 1
      serve RTDS a=1~9000 b=1~500 c=1 d=1~9000 → RTDS#2 a=1~9000 b=1~500 c=1
      ack 2
      beat RTDS 9000 → RTDS#2+3 a=1~9000 d=1~9000
      beat RTDS 500 → RTDS#2+4 b=1~500
    `,
    delta: `
      as expiring
      serve RTDS a=1 b=1~9000 c=1~9000 d=1~9000
      ask RTDS +a +b +c +d → RTDS#1 a=1 b=1~9000 c=1~9000 d=1~9000
      ack 1
      serve RTDS a=1~9000 b=1~500 c=1 d=1~9000 → RTDS#2 a=1~9000 b=1~500 c=1
      ack 2
      beat RTDS 9000 → RTDS#2+3 ~a ~d
      beat RTDS 500 → RTDS#2+4 ~b
    `,
  },
  'X58: in SotW, routes and endpoints have no TTL, because Envoy crashes when they expire': {
    sotw: `
      as expiring
      serve CDS a=1 | EDS a=1~9000 | LDS l=1:rds | RDS l=1~9000
      ask EDS a → EDS#1 a=1
      ask RDS l → RDS#2 l=1
      ack 1
      ack 2
      beat EDS 9000
      beat RDS 9000
    `,
  },
  'X58: in SotW, the heartbeat of a type that is not whole repeats what expires, with its content': {
    sotw: `
      as expiring
      serve RTDS a=1~9000 b=1 c=1~9000
      ask RTDS a b → RTDS#1 a=1~9000 b=1
      ack 1
      beat RTDS 9000 → RTDS#1+2 a=1~9000
    `,
  },
  'X58: in SotW, a heartbeat beside a NACKed resource repeats all that the client has': {
    sotw: `
      as expiring
      serve CDS a=1~9000
      ask CDS → CDS#1 a=1~9000
      ack 1
      serve CDS a=1~9000 b=bad → CDS#2 a=1~9000 b=bad
      nack 2 blaming b
      beat CDS 9000 → CDS#3 a=1~9000
      ack 3
      status → CDS NACKED
      beat CDS 9000 → CDS#4 a=1~9000
    `,
  },
  'X58: in SotW, a heartbeat repeats what waits for its removal, and is no push': {
    sotw: `
      as expiring
      as draining
      serve CDS a=1~9000 b=1 | LDS l=1:b
      ask CDS → CDS#1 a=1~9000 b=1
      ack 1
      ask LDS → LDS#2 l=1:b
      ack 2
      serve CDS a=1~9000 | LDS l=2:a → LDS#3 l=2:a
      ack 3
      beat CDS 9000 → CDS#1+4 a=1~9000 b=1
      status → CDS SYNCED | LDS SYNCED
      drained 3 → CDS#5 a=1~9000
    `,
  },
  'X58: a virtual host without content says that no such host exists, so its heartbeat has content': {
    delta: `
      as expiring
      serve VHDS a=1~9000
      ask VHDS +a → VHDS#1 a=1~9000
      ack 1
      beat VHDS 9000 → VHDS#1+2 a=1~9000
    `,
  },
  'X59: after a gap in the heartbeats the resources are sent anew, and endpoints follow their cluster': {
    sotw: `
      as expiring
      serve CDS a=1~9000 b=1 | EDS a=1 b=1
      ask CDS → CDS#1 a=1~9000 b=1
      ask EDS a b → EDS#2 a=1 b=1
      ack 1
      ack 2
      late CDS 9000 → CDS#3 a=1~9000 b=1 | EDS#4 a=1
      ack 3
      status → CDS SYNCED | EDS STALE
    `,
    delta: `
      as expiring
      serve CDS a=1~9000 b=1 | EDS a=1 b=1
      ask CDS → CDS#1 a=1~9000 b=1
      ask EDS +a +b → EDS#2 a=1 b=1
      ack 1
      ack 2
      late CDS 9000 → CDS#3 a=1~9000 | EDS#4 a=1
      ack 3
      ack 4
      status → CDS SYNCED | EDS SYNCED
    `,
  },
  'X59: a client that NACKs a heartbeat is sent the resources anew': {
    sotw: `
      as expiring
      serve CDS a=1~9000 b=1
      ask CDS → CDS#1 a=1~9000 b=1
      ack 1
      beat CDS 9000 → CDS#1+2 a=1~9000 b=1
      nack 1+2 → CDS#3 a=1~9000 b=1
      ack 3
      status → CDS SYNCED
    `,
    delta: `
      as expiring
      serve CDS a=1~9000 b=1
      ask CDS → CDS#1 a=1~9000 b=1
      ack 1
      beat CDS 9000 → CDS#1+2 ~a
      nack 1+2 → CDS#3 a=1~9000
      ack 3
      status → CDS SYNCED
    `,
  },
  'X59: a NACK of a heartbeat that repeats a NACKed response, or that a push has overtaken, sends nothing anew':
    {
      sotw: `
      as expiring
      serve CDS a=1~9000
      ask CDS → CDS#1 a=1~9000
      ack 1
      serve CDS a=1~9000 b=bad → CDS#2 a=1~9000 b=bad
      beat CDS 9000 → CDS#2+3 a=1~9000 b=bad
      nack 2 blaming b
      nack 2+3 blaming b
      serve CDS a=1~9000 → CDS#4 a=1~9000
      nack 2+3 blaming b
      ack 4
      status → CDS SYNCED
    `,
    },
  'X32: a heartbeat goes while a response is pending, and in SotW its answer settles that': {
    sotw: `
      as expiring
      serve CDS a=1~9000
      ask CDS → CDS#1 a=1~9000
      beat CDS 9000 → CDS#1+2 a=1~9000
      status → CDS STALE
      ack 1+2
      status → CDS SYNCED
    `,
    delta: `
      as expiring
      serve CDS a=1~9000
      ask CDS → CDS#1 a=1~9000
      beat CDS 9000 → CDS#1+2 ~a
      ack 1+2
      status → CDS STALE
      ack 1
      status → CDS SYNCED
    `,
  },
  'X32: content that the client NACKed gets no heartbeat': {
    delta: `
      as expiring
      serve CDS a=1~9000 b=1~9000
      ask CDS → CDS#1 a=1~9000 b=1~9000
      nack 1 blaming a → CDS#2 b=1~9000
      ack 2
      beat CDS 9000 → CDS#2+3 ~b
    `,
  },
  'X32: a heartbeat of whole state leaves out a resource that is held back': {
    sotw: `
      as expiring
      serve CDS a=1 | LDS k=1~9000 l=1:a~9000
      ask CDS → CDS#1 a=1
      ask LDS → LDS#2 k=1~9000 l=1:a~9000
      ack 1 2
      serve CDS a=1 b=bad | LDS k=1~9000 l=1:b~9000 m=1:b~9000 → CDS#3 a=1 b=bad
      nack 3 blaming b
      beat LDS 9000 → LDS#2+4 k=1~9000 l=1:a~9000
    `,
  },
  'X59: a heartbeat of whole state waits while nobody knows what the client has': {
    sotw: `
      as expiring
      serve LDS k=1~9000 l=1~500
      ask LDS k l → LDS#1 k=1~9000 l=1~500
      late LDS 9000
      beat LDS 500
      ack 1 → LDS#2 k=1~9000 l=1~500
      ack 2
      beat LDS 500 → LDS#2+3 k=1~9000 l=1~500
    `,
  },
  'X32: the ACK of a heartbeat brings nothing': {
    sotw: `
      as expiring
      serve CDS a=1~9000 b=1
      ask CDS → CDS#1 a=1~9000 b=1
      ack 1
      beat CDS 9000 → CDS#1+2 a=1~9000 b=1
      ack 1+2
      status → CDS SYNCED
    `,
    delta: `
      as expiring
      serve CDS a=1~9000 b=1
      ask CDS → CDS#1 a=1~9000 b=1
      ack 1
      beat CDS 9000 → CDS#1+2 ~a
      ack 1+2
      status → CDS SYNCED
    `,
  },
  'X32: a blocked stream sends no heartbeat': {
    sotw: `
      as expiring
      serve RTDS a=1~9000
      ask RTDS a → RTDS#1 a=1~9000
      block
      beat RTDS 9000
      drain
      beat RTDS 9000 → RTDS#1+2 a=1~9000
    `,
  },
  'X59: what has a TTL is sent after a reconnect, whatever the client reports': {
    sotw: `
      as expiring
      serve CDS a=1~9000 b=1
      ask CDS holding a=1~9000 b=1 → CDS#1 a=1~9000 b=1
    `,
    delta: `
      as expiring
      serve CDS a=1~9000 b=1
      ask CDS holding a=1~9000 b=1 → CDS#1 a=1~9000
    `,
  },
  'X32: each TTL of each type that is subscribed needs heartbeats, and the status counts what expires': {
    sotw: `
      as expiring
      serve CDS a=1~9000 b=1~500 c=1~500 d=1 | EDS a=1~800 | RTDS r=1~700 | UNKNOWN u=1~600
      expiring
      ask CDS → CDS#1 a=1~9000 b=1~500 c=1~500 d=1
      expiring → CDS 9000 | CDS 500 | 3 of CDS
      ask EDS a → EDS#2 a=1
      ask RTDS r → RTDS#3 r=1~700
      ask UNKNOWN u → UNKNOWN#4 u=1~600
      expiring → CDS 9000 | CDS 500 | RTDS 700 | UNKNOWN 600 | 3 of CDS | 1 of RTDS | 1 of UNKNOWN
    `,
    delta: `
      as expiring
      serve CDS a=1~9000 | EDS a=1~800 b=1~800 c=1~500 d=1
      expiring
      ask EDS +a +c +d → EDS#1 a=1~800 c=1~500 d=1
      expiring → EDS 800 | EDS 500 | 2 of EDS
      ack 1
      block
      ask EDS +b
      expiring → EDS 800 | EDS 500 | 2 of EDS
      ask EDS -c
      expiring → EDS 800 | EDS 500 | 1 of EDS
      ask EDS -a -b -d
      expiring
    `,
  },
  'X32: nothing expires at a client that takes no TTLs': `
    serve CDS a=1~9000
    ask CDS → CDS#1 a=1
    expiring
  `,
  'X32: what waits for its removal still needs its heartbeats': {
    delta: `
      as expiring
      as draining
      serve CDS a=1 b=1~9000 c=1 | LDS l=1:b m=1:c
      ask CDS → CDS#1 a=1 b=1~9000 c=1
      ack 1
      ask LDS → LDS#2 l=1:b m=1:c
      ack 2
      serve CDS a=1 | LDS l=2:a m=2:a → LDS#3 l=2:a m=2:a
      ack 3
      expiring → CDS 9000 | 1 of CDS
      beat CDS 9000 → CDS#1+4 ~b
      beat CDS 500
      drained 3 → CDS#5 -b -c
      expiring
    `,
    sotw: `
      as expiring
      as draining
      serve CDS a=1 b=1~9000 | LDS l=1:a
      ask CDS → CDS#1 a=1 b=1~9000
      ack 1
      ask LDS → LDS#2 l=1:a
      ack 2
      serve CDS b=1~9000 | LDS l=2:b → LDS#3 l=2:b
      ack 3
      expiring → CDS 9000 | 1 of CDS
      beat CDS 9000 → CDS#1+4 a=1 b=1~9000
    `,
  },
  'X59: after a gap in the heartbeats of one TTL, the resources with another are not sent anew': {
    delta: `
      as expiring
      serve RTDS a=1~9000 b=1~500
      ask RTDS +a +b → RTDS#1 a=1~9000 b=1~500
      ack 1
      late RTDS 9000 → RTDS#2 a=1~9000
    `,
  },
})
