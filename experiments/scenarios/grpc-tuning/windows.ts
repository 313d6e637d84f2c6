// How long runs of the load chapters measure: shorter than the profile says, because their matrices are large.

import type { Profile } from '../../../harness/profile.ts'

export interface Window {
  readonly warmUpSeconds: number
  readonly seconds: number
}

/** Starts of processes that a run has for itself, in seconds. */
export const SECONDS_AROUND = 0.3

export function windowOf({ name, warmUpSeconds, windowSeconds }: Profile): Window {
  if (name === 'quick') return { warmUpSeconds: 0.15, seconds: 0.3 }
  return name === 'standard' ? { warmUpSeconds: 0.3, seconds: 1 } : { warmUpSeconds, seconds: windowSeconds }
}

/** Two configurations can be told apart from four rounds on. */
export const roundsOf = ({ name, rounds }: Profile): number => (name === 'standard' ? 4 : rounds)

/** What a run of such a window takes, for the time left. */
export const secondsOf = (profile: Profile): number => {
  const { warmUpSeconds, seconds } = windowOf(profile)
  return warmUpSeconds + seconds + SECONDS_AROUND
}
