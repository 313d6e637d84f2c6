// Patterns of names.

import t from 'tap'
import { matchesGlob } from './glob.ts'

const MATCHES: Readonly<Record<string, readonly [fits: readonly string[], others: readonly string[]]>> = {
  echo: [['echo'], ['echo-v2', 'an-echo', 'Echo', '']],
  '*': [['', 'echo'], []],
  'echo*': [['echo', 'echo-v2'], ['an-echo']],
  '*-v2': [['echo-v2', '-v2'], ['echo-v2-old']],
  'a*b*a': [
    ['aba', 'axbxa', 'abba'],
    ['aa', 'ab', 'ba'],
  ],
  'ab*ba': [['abba', 'abxba'], ['aba']],
  'a.c': [['a.c'], ['abc']],
}

for (const [pattern, [fits, others]] of Object.entries(MATCHES)) {
  t.test(`"${pattern}" stands for whole names`, async (t) => {
    for (const name of fits) t.equal(matchesGlob(pattern, name), true, `"${name}"`)
    for (const name of others) t.equal(matchesGlob(pattern, name), false, `"${name}"`)
  })
}

t.test('a pattern of many stars is compared in one pass', async (t) => {
  t.equal(matchesGlob('*a'.repeat(99), 'a'.repeat(98)), false)
  t.equal(matchesGlob('*a'.repeat(99), 'a'.repeat(99)), true)
})
