// The command and the answer of the socket echo's client, which travel as lines of JSON.

export interface EchoRun {
  /** `unix:/path`, `HOST:PORT`, or `dns://SERVER/NAME:PORT`. */
  readonly target: string
  /** Round trips that count. */
  readonly messages: number
  /** Round trips before them, which warm up and do not count. */
  readonly warmUp: number
  /** Of each message, in each direction. */
  readonly bytes: number
}

export interface EchoResult {
  /** Of round trips, in microseconds: HDR histogram, base64 of the compressed form V2. */
  readonly histogram: string
  readonly messages: number
  readonly bytes: number
}
