// A real Envoy ACKs random valid documents over all switches. `npm run test:documents` serves a thousand of them.

import t from 'tap'
import { describeRun } from '../documents/describe-run.ts'
import { runRandomDocuments } from '../documents/random-run.ts'
import { requireTool } from '../support/requirements.ts'

/** A switch is in one document of 13 or so, so that 120 miss it once in ten thousand seeds. */
const DOCUMENTS = 120
const SEED = 1

t.test('an Envoy ACKs random valid documents, and each switch is in one of them', async (t) => {
  if (!requireTool(t, 'envoy')) return
  const run = await runRandomDocuments(t, { documents: DOCUMENTS, seed: SEED })
  t.equal(run.failure, undefined, describeRun(run, SEED))
  const never = [...run.places].filter(([, count]) => count === 0).map(([name]) => name)
  t.strictSame(never, [], 'each switch is drawn')
})
