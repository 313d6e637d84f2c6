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

/**
 * Of an HTTP/2 connection in Node, on both sides. The default is 10 MB, beyond which Node refuses streams: 256 answers of 64 KiB at a
 * time do not fit. grpc-js has no limit.
 */
export const SESSION_MEMORY_MB = 1_000
