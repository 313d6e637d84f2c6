// How long ago, in words.

import t from 'tap'
import { ago } from './ago.ts'

const NOW = Date.parse('2026-01-10T12:00:00.000Z')
const CASES = [
  [3, 'just now'],
  [-5, 'just now'],
  [42, '42 seconds ago'],
  [61, '1 minute ago'],
  [3_599, '59 minutes ago'],
  [7_200, '2 hours ago'],
  [86_400, '1 day ago'],
  [40 * 86_400, '40 days ago'],
] as const

for (const [seconds, words] of CASES) {
  t.test(`${seconds} seconds are "${words}"`, async (t) => {
    t.equal(ago(new Date(NOW - seconds * 1_000).toISOString(), NOW), words)
  })
}
