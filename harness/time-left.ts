// How long the rest of a scenario takes: estimates at first, then what its runs have taken.

import type { Profile } from './profile.ts'
import type { Run } from './scenario.ts'

/** What a run takes beside warm-up and window, if it does not say. */
const SET_UP_SECONDS = 1

/** Seconds that a run is expected to take. */
export function estimateOf({ seconds }: Pick<Run, 'seconds'>, profile: Profile): number {
  return seconds ?? profile.warmUpSeconds + profile.windowSeconds + SET_UP_SECONDS
}

export class TimeLeft {
  readonly #profile: Profile
  /** By run, in seconds. */
  readonly #last = new Map<string, number>()
  #estimated = 0
  #taken = 0

  constructor(profile: Profile) {
    this.#profile = profile
  }

  /** A run has taken this number of seconds; 0 if it was skipped. */
  took(run: Pick<Run, 'id' | 'seconds'>, seconds: number): void {
    this.#last.set(run.id, seconds)
    if (seconds === 0) return
    this.#estimated += estimateOf(run, this.#profile)
    this.#taken += seconds
  }

  /** Seconds for these runs: what each took last, or its estimate, by as much longer as the others took than estimated. */
  of(runs: readonly Pick<Run, 'id' | 'seconds'>[]): number {
    const factor = this.#estimated === 0 ? 1 : this.#taken / this.#estimated
    return runs
      .map((run) => this.#last.get(run.id) ?? estimateOf(run, this.#profile) * factor)
      .reduce((sum, seconds) => sum + seconds, 0)
  }
}
