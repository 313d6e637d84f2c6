// What a started gRPC-Web proxy tells, whichever program it is.

export interface WebProxySettings {
  /** The gRPC server behind it, `HOST:PORT`, in plaintext. */
  readonly backend: string
  /** Pages of this origin may call. */
  readonly origin: string
}

export interface WebProxy {
  /** What browsers call, `HOST:PORT`. */
  readonly address: string
  readonly pid: number
  readonly stop: () => Promise<void>
}
