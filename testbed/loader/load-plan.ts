// What a load generator is asked to do, as data: it travels to the loader's process as JSON.

export interface LoadPlan {
  /** Such as `127.0.0.1:7000`, `dns:///echo.example:7000`, `ipv4:IP:PORT,IP:PORT` or `xds:///echo`. */
  readonly target?: string
  /** Connections take turns over these, instead of `target`. */
  readonly targets?: readonly string[]
  /** Channels that share no connections. A policy of the client's may open several connections for one. */
  readonly connections: number
  readonly loop: OpenLoop | ClosedLoop
  readonly calls: CallShape
  /** Calls that are made and not counted. */
  readonly warmUpSeconds: number
  /** Length of the window whose calls are counted. Absent: until the end of a background load. */
  readonly seconds?: number
  /**
   * The window goes on until a call has begun and ended in it, and until calls of that many servers have succeeded: at most 30 s, and
   * not for streams that are cancelled at its end. Default: 0.
   */
  readonly servers?: number
  /** Default: plaintext. */
  readonly tls?: LoadTls
  /** TLS where the control plane says so, plaintext elsewhere: only for targets of xDS. */
  readonly xdsCredentials?: boolean
  readonly metadata?: Readonly<Record<string, string>>
  /** Each call has one of `count` values of a header, in turn: for policies that hash. */
  readonly keys?: { readonly header: string; readonly count: number }
  /** https://github.com/grpc/grpc/blob/master/doc/service_config.md */
  readonly serviceConfig?: object
  /** Options of each channel, by the names of C-core. */
  readonly channelOptions?: Readonly<Record<string, string | number>>
  /** Milliseconds from the moment a call is sent. Default: ten seconds, and twice the time that a stream should take. */
  readonly deadlineMs?: number
  /** Whether calls wait for a connection, instead of failing while they have none. */
  readonly waitForReady?: boolean
  /** Interval of the series. Default: 100, or more if the window would have more than 120 of them. */
  readonly seriesMs?: number
  /** Whether streams that are open at the end of the window are cancelled. Default: only those that pauses make last for 5 s. */
  readonly cutStreams?: boolean
  /** Of the order of mixed calls. Default: 1. */
  readonly seed?: number
}

/** Calls are due at a fixed rate, whether or not others have ended: as the calls of many users are. */
export interface OpenLoop {
  readonly kind: 'open'
  readonly callsPerSecond: number
  /** Calls at a time. A further call that is due waits, which counts in `call` and not in `service`. Default: 1000. */
  readonly atMost?: number
}

/** A call begins when another has ended: as fast as the concurrency allows. */
export interface ClosedLoop {
  readonly kind: 'closed'
  /** Calls at a time, spread over the connections. */
  readonly concurrency: number
}

export type CallShape = SingleShape | MixedShape

export type SingleShape = UnaryShape | StreamShape | KeyValueShape

export interface UnaryShape {
  readonly kind: 'unary'
  /** How long the server waits before it answers. */
  readonly delayMs?: number
  readonly payloadBytes?: number
  readonly responseBytes?: number
}

/**
 * - `server-stream`: one request; the server sends the messages, `everyMs` apart
 * - `bidirectional`: the server answers a message after `everyMs`, and the next one follows the answer
 * - `client-stream`: the client sends the messages, `everyMs` apart; the server answers once
 */
export interface StreamShape {
  readonly kind: 'server-stream' | 'bidirectional' | 'client-stream'
  readonly messages: number
  readonly everyMs?: number
  readonly payloadBytes?: number
  readonly responseBytes?: number
}

/** Calls of the key-value service, all of one key. Its value is put once before the first call gets it. */
export interface KeyValueShape {
  readonly kind: 'put' | 'get'
  /** Of the value. */
  readonly payloadBytes?: number
}

/** Each call is one of these, at random by weight, in an order that the seed of the plan repeats. */
export interface MixedShape {
  readonly kind: 'mixed'
  readonly of: readonly MixedPart[]
}

export interface MixedPart {
  readonly weight: number
  readonly shape: SingleShape
  /** Gives it histograms of its own, such as `service cheap`. */
  readonly name?: string
}

/** Files in PEM. */
export interface LoadTls {
  readonly ca: string
  readonly certificate?: string
  readonly key?: string
  /** The name in the server's certificate, if the target has another. */
  readonly serverName?: string
}

/** The shapes of calls with their weights: several only if they are mixed. */
export function partsOf(calls: CallShape): readonly MixedPart[] {
  return calls.kind === 'mixed' ? calls.of : [{ weight: 1, shape: calls }]
}

export function isKeyValue(shape: SingleShape): shape is KeyValueShape {
  return shape.kind === 'put' || shape.kind === 'get'
}
