// Measurements that are repeated: how often, how long, and what is said when none is enough.

import t from 'tap'
import { repeatUntil } from './repeat-until.ts'

t.test('a measurement is repeated with twice the time until it is enough', async (t) => {
  const times: number[] = []
  const measure = async (longer: number) => times.push(longer)
  t.equal(await repeatUntil(measure, (count) => count === 3), 3)
  t.strictSame(times, [1, 2, 4])
})

t.test('what is never enough is an error after five tries, with the last result', async (t) => {
  let tries = 0
  const measure = async () => {
    tries += 1
    return { calls: 0, tries }
  }
  await t.rejects(
    repeatUntil(measure, (result) => result.calls > 0),
    {
      message: 'none of 5 tries was enough. The last one gave { calls: 0, tries: 5 }',
    },
  )
  t.equal(tries, 5)
})
