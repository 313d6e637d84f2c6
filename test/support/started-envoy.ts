// The start of most scripts about the order on an aggregated stream.

/** A started Envoy that has ACKed a cluster with its endpoints, and a listener with its routes. */
export const STARTED = {
  sotw: `
    serve CDS a=1 | EDS a=1 | LDS l=1 | RDS l=1
    ask CDS → CDS#1 a=1
    ack 1
    ask EDS a → EDS#2 a=1
    ack 2
    ask LDS → LDS#3 l=1
    ack 3
    ask RDS l → RDS#4 l=1
    ack 4
  `,
  delta: `
    serve CDS a=1 | EDS a=1 | LDS l=1 | RDS l=1
    ask CDS → CDS#1 a=1
    ack 1
    ask EDS +a → EDS#2 a=1
    ack 2
    ask LDS → LDS#3 l=1
    ack 3
    ask RDS +l → RDS#4 l=1
    ack 4
  `,
}
