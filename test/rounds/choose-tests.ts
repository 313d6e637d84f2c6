// Which test files `npm run test:rounds` runs.

import { SwitchyardError } from '../../core/errors.ts'
import { isTest, type Sources } from '../house/import-closure.ts'

/**
 * @param chosen test files or folders by their path from the root; none stand for all
 * @throws SwitchyardError `invalid-argument` for all that are no test and hold none
 */
export function chooseTests(sources: Sources, chosen: readonly string[]): readonly string[] {
  const tests = [...sources.keys()].filter(isTest)
  const matches = (test: string, choice: string) => {
    const path = choice.replace(/^\.\//, '').replace(/\/+$/, '')
    return test === path || test.startsWith(`${path}/`)
  }
  const unknown = chosen.filter((choice) => !tests.some((test) => matches(test, choice)))
  if (unknown.length > 0) {
    throw new SwitchyardError(
      'invalid-argument',
      `no test: ${unknown.join(', ')}. Name files such as test/envoy/flip.test.ts, or folders that hold tests`,
    )
  }
  return tests.filter((test) => chosen.length === 0 || chosen.some((choice) => matches(test, choice)))
}
