// The layers of a call, from the socket upwards. Each contains all before it, so that a difference of two is what one adds.

export const LAYERS = {
  socket: {
    title: 'socket',
    adds: 'transport',
    says: 'the bytes of the encoded request over a plain socket, and back: Node and the kernel',
  },
  http2: {
    title: 'node:http2',
    adds: 'HTTP/2',
    says: 'the same bytes as body of a request and of its answer',
  },
  identity: {
    title: 'gRPC without protobuf',
    adds: 'gRPC',
    says: 'grpc-js with serializers that do nothing: metadata, deadline, status, framing',
  },
  protobuf: {
    title: 'gRPC with protobuf',
    adds: 'protobuf',
    says: 'request and answer are encoded and decoded at both ends; the handler returns a made answer',
  },
  handler: {
    title: 'the service',
    adds: 'handler',
    says: 'the echo service with its adapter: what a program does with the call',
  },
} as const

export type Layer = keyof typeof LAYERS
export const LAYER_NAMES = Object.keys(LAYERS) as readonly Layer[]

/** Paths of the gRPC methods that only measure. */
export const IDENTITY_PATH = '/switchyard.budget.Budget/Identity'
export const PROTOBUF_PATH = '/switchyard.budget.Budget/Protobuf'

/** What the client of the layers is asked to do, as a line of JSON. */
export interface LayersRun {
  /** Addresses of the servers: `unix:/path` or `HOST:PORT`. */
  readonly targets: { readonly socket: string; readonly http2: string; readonly grpc: string }
  readonly payloadBytes: number
  readonly turns: number
  /** Of a layer in each turn. */
  readonly seconds: number
  /** Of each layer before the first turn: V8 compiles what is called often. */
  readonly warmUpSeconds: number
}

export interface LayersResult {
  /** HDR histograms in base64. */
  readonly histograms: Readonly<Record<Layer, string>>
  /** Medians in milliseconds, one for each turn. */
  readonly p50: Readonly<Record<Layer, readonly number[]>>
  /** Answers that had another length than the layer must answer with. */
  readonly wrong: Readonly<Record<Layer, number>>
  readonly requestBytes: number
}
