// NACKs of some resources in a response: which others are sent again, and what a full-state response repeats.

import { testScripts } from '../../test/support/stream-script.ts'

testScripts({
  'X5: a full-state response repeats what the client had before its NACK': {
    sotw: `
      serve CDS a=1
      ask CDS → CDS#1 a=1
      ack 1
      serve CDS a=bad b=bad → CDS#2 a=bad b=bad
      nack 2
      serve CDS a=bad b=bad c=1 → CDS#3 a=1 c=1
      ack 3
      status → CDS NACKED
      serve CDS a=2 b=2 c=1 → CDS#4 a=2 b=2 c=1
      ack 4
      status → CDS SYNCED
    `,
  },
  'X5: a full-state response repeats what the client NACKed if nobody knows what it had': {
    sotw: `
      serve CDS a=bad b=1
      reconnect unconfirmed CDS a
      ask CDS holding a=1 b=1 → CDS#1 a=bad b=1
      nack 1 blaming a
      serve CDS a=bad b=1 c=1 → CDS#2 a=bad b=1 c=1
      nack 2 blaming a
      serve CDS a=bad c=1 → CDS#3 a=bad c=1
    `,
  },
  'X6: the resources that a NACK does not name are sent again at once': {
    sotw: `
      serve CDS a=1
      ask CDS → CDS#1 a=1
      ack 1
      serve CDS a=bad b=1 → CDS#2 a=bad b=1
      nack 2 blaming a → CDS#3 a=1 b=1
      ack 3
      status → CDS NACKED
    `,
    delta: `
      serve CDS a=1
      ask CDS → CDS#1 a=1
      ack 1
      serve CDS a=bad b=1 → CDS#2 a=bad b=1
      nack 2 blaming a → CDS#3 b=1
      ack 3
      status → CDS NACKED
      serve CDS a=2 b=1 → CDS#4 a=2
      ack 4
      status → CDS SYNCED
    `,
  },
  'X6: a response that is NACKed twice is sent in ever smaller parts, each once': {
    delta: `
      serve CDS a=bad b=bad c=1
      ask CDS → CDS#1 a=bad b=bad c=1
      nack 1 blaming a → CDS#2 b=bad c=1
      nack 2 blaming b → CDS#3 c=1
      nack 3
      status → CDS NACKED
    `,
  },
  'X6: content that goes back is sent although an earlier NACK had it too': {
    sotw: `
      serve CDS a=bad b=1
      reconnect unconfirmed CDS a
      ask CDS holding a=1 b=1 → CDS#1 a=bad b=1
      nack 1 blaming a
      serve CDS a=bad b=2 → CDS#2 a=bad b=2
      nack 2 blaming a
      serve CDS a=bad b=1 → CDS#3 a=bad b=1
      nack 3 blaming a
    `,
  },
  'X14: a NACKed listener that waits for a NACKed cluster is repeated as it was sent': {
    sotw: `
      serve CDS a=1 b=bad | LDS m=1 l=1
      reconnect unconfirmed LDS m
      ask CDS holding a=1 → CDS#1 a=1 b=bad
      ask LDS → LDS#2 l=1 m=1
      nack 1 blaming b
      nack 2 blaming m
      resumed
      serve LDS m=1:b → LDS#3 m=1
    `,
  },
})
