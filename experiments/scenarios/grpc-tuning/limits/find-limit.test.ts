// The search for a limit: exact wherever it is, and short where the guess is right.

import t from 'tap'
import { type Attempt, findLimit } from './find-limit.ts'

const REFUSED = { code: 'RESOURCE_EXHAUSTED', text: 'too large' }

function limited(limit: number) {
  const tried: number[] = []
  const attempt: Attempt = async (bytes) => {
    tried.push(bytes)
    return bytes <= limit ? { code: 'OK', text: '' } : REFUSED
  }
  return { attempt, tried }
}

t.test('O7.5: a limit is found to the byte, wherever it is', async (t) => {
  for (const limit of [0, 1, 99, 100, 101, 5_000, 9_999]) {
    const { attempt } = limited(limit)
    t.same(await findLimit(attempt, 100, 10_000), { passes: limit, fails: limit + 1, answer: REFUSED })
  }
})

t.test('O7.5: a right guess takes two attempts', async (t) => {
  const { attempt, tried } = limited(100)
  await findLimit(attempt, 100, 10_000)
  t.same(tried, [100, 101])
})

t.test('O7.5: where the largest size passes, there is no limit to find', async (t) => {
  const { attempt, tried } = limited(10_000)
  t.same(await findLimit(attempt, 100, 10_000), { passes: 10_000, fails: undefined, answer: undefined })
  t.same(tried, [100, 101, 10_000])
  const guessed = limited(10_000)
  t.same(await findLimit(guessed.attempt, 10_000, 10_000), {
    passes: 10_000,
    fails: undefined,
    answer: undefined,
  })
  t.same(guessed.tried, [10_000])
})
