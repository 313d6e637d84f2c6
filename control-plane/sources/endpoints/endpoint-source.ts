// What every source of endpoints gives, whatever it follows.

import type { Problem } from '../../../core/errors.ts'
import type { Endpoints } from './merge-endpoints.ts'

export interface SourceReading {
  /** What is in force: the newest valid answer. The same object until it changes. */
  readonly endpoints: Endpoints
  /** Whether it has had a valid answer since it was started. Until then, the endpoints from before are served. */
  readonly answered: boolean
  /** What is wrong with its newest answer, with how to fix it. */
  readonly problems: readonly Problem[]
}

export interface EndpointSource {
  read(): SourceReading
  /** Resolves when it has answered for the first time, validly or not. */
  readonly settled: Promise<void>
  close(): void
}
