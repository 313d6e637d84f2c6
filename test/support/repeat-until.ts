// Repeats a short measurement, which a busy machine may leave without a result, until it has one. The number of tries is bounded,
// so that a fault ends as a failure.

import { inspect } from 'node:util'

const MOST_TRIES = 5

/**
 * @param measure gets how many times as long as the first try it should take: 1, then 2, 4 and so on
 * @throws Error with the last result, if none of five is enough
 */
export async function repeatUntil<T>(
  measure: (longer: number) => Promise<T>,
  isEnough: (result: T) => boolean,
): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    const result = await measure(2 ** (tries - 1))
    if (isEnough(result)) return result
    if (tries === MOST_TRIES) {
      throw new Error(`none of ${MOST_TRIES} tries was enough. The last one gave ${inspect(result)}`)
    }
  }
}
