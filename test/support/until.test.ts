// Waiting for a condition: it is asked until it holds, and others have the processor meanwhile.

import t from 'tap'
import { until } from './until.ts'

t.test('it ends with the first answer that is true', async (t) => {
  const answers = [false, false, true, false]
  await until(() => answers.shift() ?? true)
  t.strictSame(answers, [false])
  const promised = [false, true]
  await until(async () => promised.shift() ?? true)
  t.strictSame(promised, [])
})

t.test('an error of the condition is an error of the wait', async (t) => {
  await t.rejects(
    until(() => {
      throw new Error('the process has ended')
    }),
    { message: 'the process has ended' },
  )
})

t.test('other events have their turn meanwhile', async () => {
  let isOver = false
  setTimeout(() => {
    isOver = true
  }, 1)
  await until(() => isOver)
})
