// What a run of policy tests found out: for each cell what was expected and what was seen. Plain data, so that outputs are pure.

import type { Message } from '@bufbuild/protobuf'
import type { Config } from '../control-plane/document/model.ts'
import type { Expectation } from './suite/expectation-schema.ts'
import type { Suite } from './suite/read-suite.ts'

/** What one call led to. */
export interface Observation {
  /** The name of the gRPC status that the caller got, such as `PERMISSION_DENIED`. */
  readonly status: string
  /** The message of the status. */
  readonly message: string
  /** The upstream that got the last try; undefined if the call reached none. */
  readonly upstream?: string
  /** The metadata of the last try as the upstream got it; several values of one name are joined by ", ". */
  readonly headers: Readonly<Record<string, string>>
  /** The headers and trailers of the answer as the caller got it. */
  readonly responseHeaders: Readonly<Record<string, string>>
  /** How many tries reached an upstream. */
  readonly tries: number
}

/** One caller that made one call. */
export interface CellResult {
  /** The file of the test, as the user named it. */
  readonly file: string
  /** The line of the expectation in it, from 1. */
  readonly line: number
  readonly call: string
  readonly caller: string
  readonly passed: boolean
  /** What differs from the expectation, each as a sentence; empty if the cell passed. */
  readonly problems: readonly string[]
  readonly expected: Expectation
  readonly observed: Observation
  readonly milliseconds: number
}

export interface RunResult {
  /** In the order of the file. */
  readonly cells: readonly CellResult[]
  /** Of the whole run, with the start of the Envoys. */
  readonly milliseconds: number
  /** The version of the Envoys, such as `1.40.0`. */
  readonly envoy: string
}

export interface RunOptions {
  /** Edits what the Envoys of a fleet are served, for a test of the tests. */
  readonly edit?: ((resources: readonly Message[]) => void) | undefined
}

/** Envoys that stay over several runs, so that a run with another document is a flip and no start. */
export interface PolicyBed {
  /**
   * Makes every call of the file, with this document.
   * @throws SwitchyardError `invalid-argument` about names of the file that lead nowhere in the document, with all of them;
   * `envoy-not-found` with what to install; `nacked` or `pending` if the document does not come into force
   */
  run(suite: Suite, document: Config, options?: RunOptions): Promise<RunResult>
  /** Ends the Envoys and everything else. */
  close(): Promise<void>
}
