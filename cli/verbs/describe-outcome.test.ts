// What a write came to, in one line.

import t from 'tap'
import { describeOutcome } from './describe-outcome.ts'

t.test('the line names the revision, what came of it, and how long that took', async (t) => {
  const answer = { revision: 7, elapsedMs: 31 }
  const [synced, unverified] = (['synced', 'unverified'] as const).map((outcome) =>
    describeOutcome({ ...answer, outcome }),
  )
  t.match(synced, /^revision 7: .+ \(31 ms\)$/)
  t.match(unverified, /^revision 7: .*no Envoy.* \(31 ms\)$/)
})
