// A property of all documents: with tokens on, whoever has none reaches public methods only, whatever else is switched on.

import t from 'tap'
import { describeAnonymousRun, runAnonymousCalls } from '../documents/anonymous-run.ts'
import { setAt } from '../documents/set-at.ts'
import { requireTool } from '../support/requirements.ts'

/** `npm run test:anonymous` has 200, and another seed each time. */
const documents = Number(process.env.SWITCHYARD_DOCUMENTS ?? 15)
const seed = Number(process.env.SWITCHYARD_SEED ?? 1)
const JWT = ['fleets', 'edge', 'security', 'jwt', 'enabled']

t.test(`no call without a token reaches a method that is not public (SWITCHYARD_SEED=${seed})`, async (t) => {
  if (!requireTool(t, 'envoy')) return
  const run = await runAnonymousCalls(t, { documents, seed })
  t.comment(describeAnonymousRun(run, seed))
  t.same(run.reached, [], describeAnonymousRun(run, seed))
  t.ok(run.passed.withToken > 0, 'a token lets calls through')
  t.ok(run.passed.public > 0, 'public methods need none')
})

t.test('without the requirement of tokens, the same calls arrive, and the run sees them', async (t) => {
  if (!requireTool(t, 'envoy')) return
  const run = await runAnonymousCalls(t, {
    documents: 3,
    seed: 1,
    edit: (config) => setAt(config, JWT, false),
  })
  t.ok(run.reached.length > 0)
})
