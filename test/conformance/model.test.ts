// Random histories of a fleet: every step follows the protocol, and when all is quiet each client has what is served.

import { availableParallelism } from 'node:os'
import t from 'tap'
import { FAILED_ONCE, FRESH_SEEDS } from './model/failed-once.ts'
import { describeFailure } from './model/search.ts'
import { randomSeed } from './model/search-options.ts'
import { searchSeeds } from './model/search-threads.ts'

const HISTORIES = 200

/** For other seeds and a longer search: npm run model -- --minutes 10 */
const seeds = [1, ...FAILED_ONCE.map(({ seed }) => seed), ...Array.from({ length: FRESH_SEEDS }, randomSeed)]

t.test('X1, X5, X10, X14, X15, X31, X72: each client has what is served', async (t) => {
  await searchSeeds({
    seeds,
    histories: HISTORIES,
    threads: availableParallelism(),
    onResult(result) {
      const { seed, failure } = result
      if (failure === undefined) t.pass(`seed ${seed}`)
      else t.fail(describeFailure(result, failure))
    },
  })
})
