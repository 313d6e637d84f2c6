// The largest size that passes and the smallest that fails, by as few attempts as a good guess allows.

export interface Answer {
  /** Such as OK or RESOURCE_EXHAUSTED. */
  readonly code: string
  readonly text: string
}

export type Attempt = (bytes: number) => Promise<Answer>

export interface FoundLimit {
  /** The largest that passed, in bytes; 0 if nothing did. */
  readonly passes: number
  /** The smallest that failed; undefined if the largest that was tried passes. */
  readonly fails: number | undefined
  /** What became of it. */
  readonly answer: Answer | undefined
}

/**
 * Sizes up to the limit must pass, and sizes beyond it fail: then it is exact.
 * @param guess the largest size that should pass
 * @param most the largest that is tried, in bytes
 */
export async function findLimit(attempt: Attempt, guess: number, most: number): Promise<FoundLimit> {
  const first = await attempt(Math.min(guess, most))
  let passes = first.code === 'OK' ? Math.min(guess, most) : 0
  let failed = first.code === 'OK' ? undefined : { bytes: Math.min(guess, most), answer: first }
  // One more than the guess, and then all that are possible: the usual cases take two attempts.
  for (const bytes of [passes + 1, most]) {
    if (failed !== undefined || bytes > most || bytes <= passes) continue
    const answer = await attempt(bytes)
    if (answer.code === 'OK') passes = bytes
    else failed = { bytes, answer }
  }
  while (failed !== undefined && failed.bytes - passes > 1) {
    const bytes = Math.floor((passes + failed.bytes) / 2)
    const answer = await attempt(bytes)
    if (answer.code === 'OK') passes = bytes
    else failed = { bytes, answer }
  }
  return { passes, fails: failed?.bytes, answer: failed?.answer }
}
