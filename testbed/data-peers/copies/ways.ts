// The ways to send a payload, from a socket alone to messages of protobuf: each adds a layer to the one before it.

export interface CopyWay {
  readonly title: string
  readonly server: 'raw' | 'http2' | 'grpc'
}

export const COPY_WAYS = {
  raw: { title: 'TCP socket alone', server: 'raw' },
  http2: { title: "Node's http2", server: 'http2' },
  grpc: { title: 'grpc-js, bytes as they are', server: 'grpc' },
  chunks: { title: 'grpc-js, a stream of 64 KiB each', server: 'grpc' },
  protobuf: { title: 'grpc-js with protobuf-es', server: 'grpc' },
} as const satisfies Readonly<Record<string, CopyWay>>

export type CopyWayName = keyof typeof COPY_WAYS
export const COPY_WAY_NAMES = Object.keys(COPY_WAYS) as readonly CopyWayName[]

export const CHUNK_BYTES = 65_536
/** Before each payload on a socket: its length. After it, the server answers with one byte. */
export const LENGTH_BYTES = 4
