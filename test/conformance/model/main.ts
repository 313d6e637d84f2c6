// `npm run model`: searches random histories for one that fails, and prints it with as few commands as possible.

import { SwitchyardError } from '../../../core/errors.ts'
import { FAILED_ONCE, typesOf } from './failed-once.ts'
import { describeFailure } from './search.ts'
import { chooseSeeds, readOptions } from './search-options.ts'
import { searchSeeds } from './search-threads.ts'

try {
  const options = readOptions(process.argv.slice(2))
  const known = FAILED_ONCE.map(({ seed }) => seed)
  const begun = performance.now()
  const failed: number[] = []
  let passed = 0
  await searchSeeds({
    ...options,
    typesOf: (seed) => options.types ?? typesOf(seed),
    seeds: chooseSeeds(options, known, () => performance.now() - begun),
    onResult(result) {
      const { seed, histories, failure } = result
      if (failure === undefined) {
        passed += 1
        console.log(`seed ${seed}: ${histories} histories passed`)
      } else {
        failed.push(seed)
        console.log(
          `${describeFailure(result, failure)}\n  again: npm run model -- ${options.types ? `--types ${options.types} ` : ''}--seed ${seed}`,
        )
      }
    },
  })
  const seconds = Math.round((performance.now() - begun) / 1000)
  const list = failed.length === 0 ? '' : `: ${failed.join(' ')}`
  console.log(
    `${passed} seeds passed, ${failed.length} failed${list} (${options.histories} histories each, ${seconds} s)`,
  )
  if (failed.length > 0) process.exitCode = 1
} catch (error) {
  process.stderr.write(`${SwitchyardError.from(error).message}\n`)
  process.exitCode = 1
}
