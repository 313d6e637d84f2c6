// Counts calls, and resolves waits for further calls.

import t from 'tap'
import { CallCount } from './call-count.ts'

t.test('a wait resolves after its number of calls, counted from its start', async (t) => {
  const count = new CallCount()
  count.add()
  const ended: string[] = []
  const one = count.further(1).then(() => ended.push('one'))
  const two = count.further(2).then(() => ended.push('two'))
  count.add()
  await one
  t.same(ended, ['one'])
  count.add()
  await two
  t.same(ended, ['one', 'two'])
  t.equal(count.ended, 3)
})
