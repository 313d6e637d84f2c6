// How long and how often a scenario measures.

export const PROFILES = ['quick', 'standard', 'full'] as const
export type ProfileName = (typeof PROFILES)[number]

export interface Profile {
  readonly name: ProfileName
  /** Calls that are made and not counted, in seconds: connections, compilers and caches get warm. */
  readonly warmUpSeconds: number
  /** Calls that are counted, in seconds. */
  readonly windowSeconds: number
  /** How often every run of the plan is measured. Two configurations can be told apart from four rounds on. */
  readonly rounds: number
}

/** `quick` fits into `npm test`, `standard` takes minutes, `full` is for figures that others may cite. */
export const PROFILE: Readonly<Record<ProfileName, Profile>> = {
  quick: { name: 'quick', warmUpSeconds: 0.3, windowSeconds: 1, rounds: 1 },
  standard: { name: 'standard', warmUpSeconds: 1, windowSeconds: 4, rounds: 5 },
  full: { name: 'full', warmUpSeconds: 10, windowSeconds: 60, rounds: 5 },
}
