// The reporter for Stryker, by the events that Stryker sends.

import t from 'tap'
import { listenToFiles, OutcomeReporter } from './outcome-reporter.ts'

t.test('the results of a file are handed over once, with its last mutant', async (t) => {
  const handed: string[] = []
  listenToFiles((path, results) => handed.push(`${path} ${results.map(({ id }) => id).join()}`))
  const reporter = new OutcomeReporter()
  const planOf = (fileName: string) => ({ mutant: { fileName } })
  const mutantPlans = [planOf('/a.ts'), planOf('/b.ts'), planOf('/a.ts')]
  reporter.onMutationTestingPlanReady({ mutantPlans } as never)
  const seen = [
    ['/a.ts', '1'],
    ['/b.ts', '2'],
    ['/a.ts', '3'],
  ].map(([fileName, id]) => {
    reporter.onMutantTested({ fileName, id } as never)
    return [...handed]
  })
  t.same(seen, [[], ['/b.ts 2'], ['/b.ts 2', '/a.ts 1,3']])
})
