// Functions that a user gives as options: their results, and the faults that they throw.

import t from 'tap'
import { callOption, messageOf, OptionFault } from './option.ts'

t.test('a result is returned', async (t) => {
  t.equal(
    callOption('nodeGroup', () => 'edge'),
    'edge',
  )
})

t.test('what an option throws is its fault, with the name of the option and the cause', async (t) => {
  for (const cause of [new TypeError('no such fleet'), 'no such fleet']) {
    let thrown: unknown
    try {
      callOption('authorize', () => {
        throw cause
      })
    } catch (error) {
      thrown = error
    }
    t.ok(thrown instanceof OptionFault)
    t.match(thrown, { source: 'authorize', message: 'authorize threw: no such fleet' })
    t.equal((thrown as OptionFault).cause, cause)
  }
  t.equal(messageOf(7), '7')
})
