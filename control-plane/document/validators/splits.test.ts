// Splits by a header beside upstreams that hash, and what gRPC clients make of splits, mirrors and changes.

import t from 'tap'
import { sampleWith } from '../../../test/support/sample-config.ts'
import { formatSteps } from '../problem.ts'
import { checkConfig, validateConfig } from '../validate.ts'
import { warningsOf } from '../warnings.ts'

const RULE = 'routes.public.rules.canary'

/** Messages by paths. */
function problemsOf(changes: Readonly<Record<string, unknown>>): Readonly<Record<string, string>> {
  const checked = checkConfig(sampleWith(changes))
  const problems = 'problems' in checked ? checked.problems : []
  return Object.fromEntries(problems.map(({ steps, message }) => [steps.join('.'), message]))
}

t.test('T19: a rule has one hash, for its split and for its upstreams', async (t) => {
  // echo-v2 hashes on x-tenant.
  const sticky = (header: string, enabled = true) => ({ [`${RULE}.sticky`]: { enabled, header } })
  t.same(problemsOf(sticky('x-tenant')), {}, 'the accepted twin')
  t.same(problemsOf(sticky('x-user', false)), {}, 'off')
  t.match(problemsOf(sticky('x-user')), {
    [`${RULE}.to`]:
      /^in fleet edge, sticky and echo-v2 hash calls on different things, and a rule has one hash/,
  })
})

t.test('T20: a mirror is an upstream of the document', async (t) => {
  const mirror = (name: string) => ({ [`${RULE}.mirror`]: { [name]: { enabled: true } } })
  t.same(problemsOf(mirror('unused')), {}, 'the accepted twin')
  t.match(problemsOf(mirror('unusd')), { [`${RULE}.mirror.unusd`]: /unused/ })
  const tooMuch = { [`${RULE}.mirror`]: { unused: { enabled: true, percentage: 101 } } }
  t.match(problemsOf(tooMuch), { [`${RULE}.mirror.unused.percentage`]: /0 to 100/ })
})

t.test(
  'T19, T20, T21: gRPC clients know none of these, which is a warning where they read the rule',
  async (t) => {
    const fields: Readonly<Record<string, object>> = {
      sticky: { enabled: true, header: 'x-tenant' },
      mirror: { unused: { enabled: true } },
      rewrite: { host: 'echo.internal' },
      requestHeaders: { set: { 'x-tier': 'gold' } },
      responseHeaders: { set: { 'x-tier': 'gold' } },
    }
    const warnings = (changes: Readonly<Record<string, unknown>>) => {
      const config = validateConfig(
        sampleWith({
          'upstreams.echo.endpoints.b3': undefined,
          'fleets.clients': {
            kind: 'proxyless',
            clients: ['go'],
            lb: { policy: 'round_robin' },
            listeners: { echo: { l7: { routes: 'public' } } },
          },
          ...changes,
        }),
      )
      return warningsOf(config).map(({ steps }) => formatSteps(steps))
    }
    const before = warnings({})
    for (const [field, settings] of Object.entries(fields)) {
      const found = warnings({ [`${RULE}.${field}`]: settings })
      t.same(
        found.filter((place) => !before.includes(place)),
        [`${RULE}.${field}`],
      )
    }
    t.same(warnings({ [`${RULE}.sticky`]: { enabled: false } }), before, 'off')
  },
)
