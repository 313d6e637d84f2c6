// Some histories of the model, as a test for mutants: enough for most mutants that all of them find, and without minimizing.

import t from 'tap'
import { historiesOf, runHistory } from '../conformance/model/run-history.ts'

const HISTORIES = 40

t.test('histories of the model pass', async (t) => {
  for (const history of historiesOf(1, HISTORIES)) {
    const failure = await runHistory(history)
    if (failure !== undefined) return t.fail(failure)
  }
  t.pass()
})
