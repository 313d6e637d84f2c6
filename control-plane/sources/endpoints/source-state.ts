// What a source has answered: the newest valid answer, and what is wrong with a newer one.

import { isDeepStrictEqual } from 'node:util'
import type { Problem } from '../../../core/errors.ts'
import { formatSteps } from '../../document/problem.ts'
import { DEFAULT_MAX } from '../../switches/endpoints-from.ts'
import type { SourceReading } from './endpoint-source.ts'
import type { Endpoints } from './merge-endpoints.ts'

export interface SourceStateOptions {
  readonly upstream: string
  /** The most endpoints that an answer may have. */
  readonly max?: number | undefined
  /** Called after the endpoints have changed. */
  readonly onChange: () => void
  /** Called with new problems, and with none when they are gone. */
  readonly onProblems: (upstream: string, problems: readonly Problem[]) => void
}

export class SourceState {
  readonly #options: SourceStateOptions
  readonly #settled = Promise.withResolvers<void>()
  #reading: SourceReading = { endpoints: {}, answered: false, problems: [] }

  constructor(options: SourceStateOptions) {
    this.#options = options
  }

  get settled(): Promise<void> {
    return this.#settled.promise
  }

  read(): SourceReading {
    return this.#reading
  }

  /** A valid answer, which may be empty. */
  answer(endpoints: Endpoints): void {
    const { max = DEFAULT_MAX, onChange } = this.#options
    const count = Object.keys(endpoints).length
    if (count > max) {
      this.fail(
        `is ${max}, and the source gives ${count} endpoints: raise max; the endpoints from before stay`,
        'max',
      )
      return
    }
    const { endpoints: before, answered } = this.#reading
    const isSame = answered && isDeepStrictEqual(before, endpoints)
    this.#set({ endpoints: isSame ? before : endpoints, answered: true, problems: [] })
    if (!isSame) onChange()
  }

  /** An invalid answer, or none: the endpoints from before stay. @param field of `endpointsFrom` */
  fail(message: string, field: string): void {
    const path = formatSteps(['upstreams', this.#options.upstream, 'endpointsFrom', field])
    this.failWith([{ path, message }])
  }

  failWith(problems: readonly Problem[]): void {
    this.#set({ ...this.#reading, problems })
  }

  #set(reading: SourceReading): void {
    const before = this.#reading.problems
    this.#reading = reading
    this.#settled.resolve()
    if (!isDeepStrictEqual(before, reading.problems)) {
      this.#options.onProblems(this.#options.upstream, reading.problems)
    }
  }
}
