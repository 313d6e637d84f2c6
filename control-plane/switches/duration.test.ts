// Durations as people write them.

import t from 'tap'
import { parseDuration } from './duration.ts'

const CASES: readonly [text: string, milliseconds: number | undefined][] = [
  ['0s', 0],
  ['500ms', 500],
  ['5s', 5_000],
  ['2m', 120_000],
  ['1h', 3_600_000],
  ['5', undefined],
  ['1.5s', undefined],
  ['-1s', undefined],
  ['5 s', undefined],
  ['5d', undefined],
  ['1s1s', undefined],
  ['', undefined],
  ['999999999s', 999_999_999_000],
  ['999999h', 3_599_996_400_000],
  ['9999999h', undefined],
  ['999999999m', undefined],
]

for (const [text, milliseconds] of CASES) {
  t.test(
    `"${text}" is ${milliseconds === undefined ? 'not a duration' : `${milliseconds} ms`}`,
    async (t) => {
      t.equal(parseDuration(text), milliseconds)
    },
  )
}
