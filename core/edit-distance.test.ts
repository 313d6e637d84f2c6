// How far apart two words are.

import t from 'tap'
import { editDistance } from './edit-distance.ts'

const CASES = [
  ['', '', 0],
  ['abc', 'abc', 0],
  ['abc', 'ab', 1],
  ['ab', 'abc', 1],
  ['abc', 'axc', 1],
  ['', 'abc', 3],
  ['kitten', 'sitting', 3],
] as const

t.test('the distance is the smallest number of letters to put in, leave out or change', async (t) => {
  for (const [a, b, distance] of CASES) t.equal(editDistance(a, b), distance, `${a} and ${b}`)
})
