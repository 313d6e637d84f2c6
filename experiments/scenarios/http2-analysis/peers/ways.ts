// The ways to call a peer, and what its server counts of each.

export const WAYS = ['http1', 'http2', 'grpc'] as const
export type Way = (typeof WAYS)[number]

/** A way in plaintext or over TLS, such as `http2-tls`. */
export type Port = Way | `${Way}-tls`

export const portOf = (way: Way, tls: boolean): Port => (tls ? `${way}-tls` : way)

/** What a server has seen since it started. */
export interface ConnectionCounts {
  /** TCP connections that were accepted. */
  readonly connections: number
  /** TLS handshakes that were completed, with those that resumed an earlier session. */
  readonly handshakes: number
  readonly resumed: number
  /** Of TCP's payload: with TLS, what is encrypted. */
  readonly bytesIn: number
  readonly bytesOut: number
}

/** Path of a unary method without a schema: the request and the answer are bytes. */
export const GRPC_PATH = '/switchyard.peer.v1.Peer/Bytes'

/** A request of gRPC: how many bytes the answer has, before whatever makes the request as long as it should be. */
export const SIZE_BYTES = 4
