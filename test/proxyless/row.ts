// The rows of the matrix as data: what a gRPC client is asked to do, and where its own documents say that it does not.

import type { MatrixClient } from './matrix-client.ts'
import type { World } from './world.ts'

/** Where a client's own documentation or source says something, and what it says there. */
export interface Source {
  /** A link, or `PACKAGE VERSION: FILE`. */
  readonly source: string
  /** The line itself, shortened. */
  readonly says: string
}

export interface Row {
  /** P1 to P27. Rows about parts of one feature share its code. */
  readonly row: `P${number}`
  /** What the client does, as a sentence that starts with a verb. */
  readonly title: string
  /** Throws if the client does not do it, or does it with the switch off too. */
  readonly run: (world: World) => Promise<void>
  /** Whether only the long form has it, since `npm test` has rows like it. */
  readonly inLongForm?: true
  /** The clients that are known not to do it. The row runs with them too, and must fail: see `runRow`. */
  readonly notSupported?: Partial<Readonly<Record<MatrixClient, Source>>>
  /** Clients that do something else than their documents say. The row runs, and its failure is explained. */
  readonly differs?: Partial<Readonly<Record<MatrixClient, Difference>>>
  /** What clients do here that their documents do not say. */
  readonly notes?: Partial<Readonly<Record<MatrixClient, string>>>
}

export interface Difference extends Source {
  readonly because: string
  /** How a run fails that this explains; any other failure is one. Default: any. */
  readonly shows?: RegExp
}

export type Outcome =
  | { readonly kind: 'pass'; readonly measured: readonly string[] }
  | { readonly kind: 'fail'; readonly cause: string }
  /** `shown` is how the run failed; undefined where the row was not run. */
  | ({ readonly kind: 'not supported'; readonly shown?: string } & Source)
  /** It fails as the row says. `shown` is how. */
  | ({ readonly kind: 'differs'; readonly shown: string } & Omit<Difference, 'shows'>)
  /** The program cannot be started on this machine. */
  | { readonly kind: 'not installed'; readonly install: string }

/** A row with the clients that ran it. */
export interface Result {
  readonly row: Row
  readonly outcomes: Partial<Readonly<Record<MatrixClient, Outcome>>>
}
