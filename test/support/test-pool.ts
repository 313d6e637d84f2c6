// The order in which test files run, and how many at a time.

import { isEnvoyTest } from '../house/kinds-of-tests.ts'

/** Envoys want memory, and tests of them wait for drains: more of them at a time would only slow each other down. */
const MOST_ENVOY_TESTS = 3

/** These take longest: one that began last would run alone at the end. */
const FIRST = 'test/scenarios/'

/**
 * Runs all files. One worker begins with tests of Envoys, which wait for half of their time, and the others with all other tests; who
 * has run out of its own takes those that are left.
 * @param jobs files at a time
 * @param mostEnvoyTests files with Envoys at a time
 */
export async function runInPool(
  files: readonly string[],
  jobs: number,
  run: (file: string) => Promise<void>,
  mostEnvoyTests: number = MOST_ENVOY_TESTS,
): Promise<void> {
  const [envoy = [], others = []] = [true, false].map((wanted) =>
    files.filter((file) => isEnvoyTest(file) === wanted),
  )
  envoy.sort((a, b) => Number(b.startsWith(FIRST)) - Number(a.startsWith(FIRST)))
  let running = 0
  const takeEnvoy = () => (running < mostEnvoyTests ? envoy.shift() : undefined)
  const worker = async (isOfEnvoys: boolean) => {
    for (;;) {
      const file = isOfEnvoys ? (takeEnvoy() ?? others.shift()) : (others.shift() ?? takeEnvoy())
      if (file === undefined) return
      const isEnvoy = isEnvoyTest(file)
      if (isEnvoy) running += 1
      await run(file)
      if (isEnvoy) running -= 1
    }
  }
  await Promise.all(Array.from({ length: jobs }, (_, index) => worker(index === 0)))
}
