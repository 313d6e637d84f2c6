// What a response leaves out, gRPC takes for deleted: which listeners and clusters are in each response to a gRPC client.

import { testScripts } from '../../test/support/stream-script.ts'

testScripts({
  'X40: a push of one listener repeats the others, and an answer comes with those that the client has': {
    sotw: `
      as grpc
      serve LDS l=1:rds m=1:rds n=1:rds
      ask LDS l → LDS#1 l=1:rds
      ack 1 l
      ask LDS l m → LDS#2 l=1:rds m=1:rds
      ack 2 l m
      serve LDS l=1:rds m=2:rds n=2:rds → LDS#3 l=1:rds m=2:rds
      ack 3 l m
    `,
    delta: `
      as grpc
      serve LDS l=1:rds m=1:rds n=1:rds
      ask LDS +l → LDS#1 l=1:rds
      ack 1
      ask LDS +m → LDS#2 m=1:rds
      ack 2
      serve LDS l=1:rds m=2:rds n=2:rds → LDS#3 m=2:rds
      ack 3
    `,
  },
  'X40: a listener that the client NACKed is repeated as it was before, and stays': {
    sotw: `
      as grpc
      serve LDS l=1:rds m=1:rds
      ask LDS l m → LDS#1 l=1:rds m=1:rds
      ack 1 l m
      serve LDS l=2:rds m=1:rds → LDS#2 l=2:rds m=1:rds
      nack 2 l m blaming l
      serve LDS l=2:rds m=3:rds → LDS#3 l=1:rds m=3:rds
      ack 3 l m
    `,
    delta: `
      as grpc
      serve LDS l=1:rds m=1:rds
      ask LDS +l +m → LDS#1 l=1:rds m=1:rds
      ack 1
      serve LDS l=2:rds m=1:rds → LDS#2 l=2:rds
      nack 2 blaming l
      serve LDS l=2:rds m=3:rds → LDS#3 m=3:rds
      ack 3
    `,
  },
  'X40: a group without a snapshot deletes nothing; a listener that leaves the snapshot is deleted, and is missing':
    {
      sotw: `
      as grpc
      serve LDS l=1:rds m=1:rds
      ask LDS l m → LDS#1 l=1:rds m=1:rds
      ack 1 l m
      unserve
      serve LDS l=1:rds m=1:rds
      serve LDS m=1:rds → LDS#2 m=1:rds
      ack 2 l m
      status → LDS MISSING
    `,
      delta: `
      as grpc
      serve LDS l=1:rds m=1:rds
      ask LDS +l +m → LDS#1 l=1:rds m=1:rds
      ack 1
      unserve
      serve LDS l=1:rds m=1:rds
      serve LDS m=1:rds → LDS#2 -l
      ack 2
      status → LDS MISSING
    `,
    },
})
