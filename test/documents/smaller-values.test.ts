// The search for the smallest value that fails: it ends, and finds what is needed for the failure.

import t from 'tap'
import { smallerValues, smallestFailing } from './smaller-values.ts'

t.test('smaller values have one thing less, at any depth', async (t) => {
  t.strictSame(
    [...smallerValues({ a: [1, 2], b: { c: true } })],
    [
      { b: { c: true } },
      { a: [1, 2] },
      { a: [2], b: { c: true } },
      { a: [1], b: { c: true } },
      { a: [1, 2], b: {} },
    ],
  )
  t.strictSame([...smallerValues('text')], [])
})

t.test('the smallest value that fails has only what the failure needs', async (t) => {
  const fails = async ({ a, b }: { a?: number[]; b?: { c?: boolean }; d?: number }) =>
    a?.includes(2) === true && b !== undefined
  const found = await smallestFailing({ a: [1, 2, 3], b: { c: true }, d: 4 }, fails, 100)
  t.strictSame(found, { value: { a: [2], b: {} }, isDone: true })
})

t.test('the search ends after the given number of attempts, with the smallest so far', async (t) => {
  let attempts = 0
  const fails = async () => {
    attempts += 1
    return true
  }
  const found = await smallestFailing({ a: 1, b: 2, c: 3 }, fails, 2)
  t.strictSame(found, { value: { c: 3 }, isDone: false })
  t.equal(attempts, 2)
})
