// What a load generator measured.

/** Points are milliseconds since the beginning of the window, and what happened in the interval that ends then. */
export interface LoadSeries {
  /** `calls`, `failed`, or the id of a backend. */
  readonly name: string
  /** A backend of streams has messages, all others have calls. */
  readonly unit: 'calls' | 'messages'
  readonly points: readonly (readonly [atMs: number, value: number])[]
}

export interface LoadMark {
  readonly atMs: number
  readonly label: string
}

/** Histograms of microseconds, compressed (V2) and in base64, as every implementation of HdrHistogram reads them. */
export interface LoadHistograms {
  /** From the moment a call was due. Calls that failed otherwise than by their deadline are in `failed` alone. */
  readonly call: string
  /** From the moment it was sent. The difference to `call` is queueing in the client. */
  readonly service: string
  /** Of streams: between a message and the one before it, or its request. */
  readonly gap?: string
  /** Of calls that failed, from the moment they were sent. */
  readonly failed?: string
  /** `call NAME` and `service NAME` of the named parts of mixed calls. */
  readonly [name: string]: string | undefined
}

/** Counts are those of the window. Histograms have the calls that were due within it, whenever they ended. */
export interface LoadResult {
  /** Length of the window. */
  readonly seconds: number
  /** Calls that ended. */
  readonly calls: number
  /** Messages sent and received. */
  readonly messages: number
  /** Bytes of these messages. */
  readonly bytes: number
  /** Calls by gRPC status, such as OK or UNAVAILABLE. */
  readonly codes: Readonly<Record<string, number>>
  /** Failed calls by the text of their status; the first hundred different ones. */
  readonly errors: Readonly<Record<string, number>>
  /** OK calls by the backend that answered. */
  readonly shares: Readonly<Record<string, number>>
  /** Messages received by backend: the load of streams that outlast the window. */
  readonly messageShares: Readonly<Record<string, number>>
  readonly histograms: LoadHistograms
  readonly series: readonly LoadSeries[]
  /** Of the loader itself, by name with the unit in parentheses. `late (ms, p99)` is how late it was to send a call that was due. */
  readonly figures: Readonly<Record<string, number>>
  /** What a reader of the figures has to know, such as that the loader was saturated. */
  readonly notes: readonly string[]
}

/** What a background load has counted so far. */
export interface LoadCounts {
  /** Calls that ended. */
  readonly calls: number
  readonly failed: number
  /** OK calls by the backend that answered. */
  readonly shares: Readonly<Record<string, number>>
  /** The histogram `service` so far; only if it was asked for, because encoding it takes a moment of the loader. */
  readonly service?: string
}

export interface BackgroundResult extends LoadResult {
  readonly marks: readonly LoadMark[]
}
