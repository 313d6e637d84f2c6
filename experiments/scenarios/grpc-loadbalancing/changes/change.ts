// What a change under load is: each file of this folder has some.

import type { Measured } from '../../../../harness/results.ts'
import type { Stage } from './stage.ts'

export interface Change {
  /** Unique, in kebab-case, such as `scale-up`. */
  readonly id: string
  /** What happens, such as `a backend is added`. */
  readonly title: string
  /** Ids of the ways that it is for. */
  readonly ways: readonly string[]
  /** Backends that get calls at first. Default: three. */
  readonly backends?: number
  /** Further ones that run and wait. Default: none. */
  readonly spare?: number
  /** Fields of the upstream in the document of the control plane, while it runs: only for ways that have one. */
  readonly upstream?: Readonly<Record<string, object>>
  /** The age at which backends end connections, in milliseconds. Default: none. */
  readonly maxConnectionAgeMs?: number
  /** Makes the change while calls are made, and waits for calls instead of time. */
  readonly play: (stage: Stage) => Promise<void>
  /** What it took, from the series and the marks. */
  readonly figures?: (measured: Measured) => Readonly<Record<string, number | undefined>>
}
