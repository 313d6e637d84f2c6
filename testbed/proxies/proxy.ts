// What a started proxy tells, whichever program it is.

/** A backend behind a proxy. `address` is `HOST:PORT` or `unix:/path`. */
export interface ProxiedBackend {
  readonly id: string
  readonly address: string
}

export interface ProxyProcess {
  /** Such as `nginx worker`. */
  readonly name: string
  readonly pid: number
}

export interface RunningProxy {
  /** What clients call, `HOST:PORT`. */
  readonly address: string
  /** The processes that do its work. */
  readonly processes: readonly ProxyProcess[]
  readonly logFile: string
  /** Resolves when its first process has ended, which ends the others. */
  readonly stop: () => Promise<void>
}
