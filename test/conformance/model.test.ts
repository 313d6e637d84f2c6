// Random histories of a fleet: every step follows the protocol, and when all is quiet each client has what is served.

import t from 'tap'
import { FAILED_ONCE, FRESH_SEEDS } from './model/failed-once.ts'
import { describeFailure, searchSeed } from './model/search.ts'
import { randomSeed } from './model/search-options.ts'

const HISTORIES = 500

/** For other seeds and a longer search: npm run model -- --minutes 10 */
const seeds = [
  1,
  ...FAILED_ONCE.filter(({ passes }) => passes).map(({ seed }) => seed),
  ...Array.from({ length: FRESH_SEEDS }, randomSeed),
]

for (const seed of seeds) {
  t.test(`X1, X5, X10, X14, X15, X31: each client has what is served (seed ${seed})`, async () => {
    const result = await searchSeed(seed, HISTORIES)
    if (result.failure) throw new Error(describeFailure(result, result.failure))
  })
}
