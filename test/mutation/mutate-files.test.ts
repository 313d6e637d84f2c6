// Which files count as files without mutants.

import t from 'tap'
import { withoutMutants } from './mutate-files.ts'

const FILES = ['a.ts', 'b.ts']

t.test('a file without mutants is one that Stryker knows none of', async (t) => {
  t.same(withoutMutants(FILES, new Set(['a.ts']), ['a.ts', 'a.ts']), ['b.ts'])
})

t.test('a file whose mutants were not all handed over is an error', async (t) => {
  t.throws(() => withoutMutants(FILES, new Set(['a.ts']), ['a.ts', 'b.ts']), {
    message: 'Stryker has not reported each mutant of b.ts',
  })
})
