// Rules that choose endpoints by labels, and the selectors that their upstreams need for it.

import t from 'tap'
import { sampleWith } from '../../../test/support/sample-config.ts'
import { checkConfig } from '../validate.ts'

const RULE = 'routes.public.rules.canary.subset'
const LB = 'fleets.edge.lb.subset'
const OF_V2 = 'upstreams.echo-v2.lb.subset'
const BY_VERSION = { enabled: true, selectors: { version: { keys: ['version'] } } }

/** Messages by paths. */
function problemsOf(changes: Readonly<Record<string, unknown>>): Readonly<Record<string, string>> {
  const checked = checkConfig(sampleWith(changes))
  const problems = 'problems' in checked ? checked.problems : []
  return Object.fromEntries(problems.map(({ steps, message }) => [steps.join('.'), message]))
}

t.test('T4: each upstream of a rule with a subset needs a selector with its keys', async (t) => {
  const both = { [LB]: BY_VERSION, [OF_V2]: BY_VERSION }
  t.same(problemsOf({ ...both, [RULE]: { version: 'v2' } }), {}, 'the accepted twin')
  t.match(problemsOf({ [LB]: BY_VERSION, [RULE]: { version: 'v2' } }), {
    [RULE]:
      /^has no effect in fleet edge: lb\.subset of upstream echo-v2 has no selector with the keys \[version\]: add one/,
  })
  t.match(problemsOf({ ...both, [RULE]: { version: 'v2', stage: 'canary' } }), {
    [RULE]: /no selector with the keys \[stage, version\]/,
  })
})

t.test('T4: subsets that are off keep their rules', async (t) => {
  const off = { ...BY_VERSION, enabled: false }
  t.same(problemsOf({ [LB]: off, [OF_V2]: off, [RULE]: { version: 'v2' } }), {})
})

t.test('T4: default labels belong to the fallback default', async (t) => {
  const defaultLabels = { version: 'v1' }
  t.same(problemsOf({ [LB]: { ...BY_VERSION, fallback: 'default', defaultLabels } }), {})
  t.match(problemsOf({ [LB]: { ...BY_VERSION, fallback: 'default' } }), {
    [`${LB}.defaultLabels`]: /^is missing: write the labels of the default endpoints/,
  })
  t.match(problemsOf({ [LB]: { ...BY_VERSION, fallback: 'none', defaultLabels } }), {
    [`${LB}.defaultLabels`]: /^has no effect with fallback: none/,
  })
})
