// Rules whose switches contradict each other, alone or with those of a fleet: hedging without retries, or without a time.

import t from 'tap'
import { sampleWith } from '../../../test/support/sample-config.ts'
import { checkConfig, validateConfig } from '../validate.ts'
import { warningsOf } from '../warnings.ts'

const RULE = 'routes.public.rules.echo'
const ON = { enabled: true, delay: '100ms' }

/** Messages by paths. */
function problemsOf(changes: Readonly<Record<string, unknown>>): Readonly<Record<string, string>> {
  const checked = checkConfig(sampleWith(changes))
  const problems = 'problems' in checked ? checked.problems : []
  return Object.fromEntries(problems.map(({ steps, message }) => [steps.join('.'), message]))
}

t.test('T10: hedging needs a delay only if it is on', async (t) => {
  t.same(problemsOf({ [`${RULE}.hedging`]: ON }), {}, 'the accepted twin')
  t.same(problemsOf({ [`${RULE}.hedging`]: { enabled: false } }), {}, 'off')
  t.match(problemsOf({ [`${RULE}.hedging`]: { enabled: true } }), {
    [`${RULE}.hedging.delay`]:
      /^is missing: write the time after which a further attempt starts, such as 100ms/,
  })
})

t.test('T10: hedging needs retries, of the rule or of its fleet', async (t) => {
  const OFF = { enabled: false }
  const hedging = { [`${RULE}.hedging`]: ON }
  t.same(problemsOf({ ...hedging, 'fleets.edge.retry': OFF, [`${RULE}.retry`]: { enabled: true } }), {})
  t.same(problemsOf({ [`${RULE}.hedging`]: OFF, [`${RULE}.retry`]: OFF }), {}, 'off')
  const message =
    /^has no effect while retry is off, .*: set retry.enabled to true, or hedging.enabled to false/
  t.match(problemsOf({ ...hedging, [`${RULE}.retry`]: OFF }), { [`${RULE}.hedging`]: message })
  t.match(problemsOf({ ...hedging, 'fleets.edge.retry': OFF }), { [`${RULE}.hedging`]: /\(in fleet edge\)$/ })
  const ofFleet = problemsOf({ 'fleets.edge.hedging': ON, 'fleets.edge.retry': OFF })
  t.match(ofFleet, { 'fleets.edge.hedging': message })
  t.same(Object.keys(ofFleet), ['fleets.edge.hedging'], 'not again at each rule')
})

t.test('T10: the delay of hedges and the timeout of attempts are one field of Envoy', async (t) => {
  const retry = { enabled: true, on: ['reset'], perTryTimeout: '1s' }
  const both = (hedging: object) => ({ [`${RULE}.hedging`]: hedging, [`${RULE}.retry`]: retry })
  t.same(problemsOf(both({ ...ON, enabled: false })), {}, 'the accepted twin')
  t.match(problemsOf(both(ON)), {
    [`${RULE}.hedging.delay`]: /^is the same field of Envoy as retry.perTryTimeout: remove perTryTimeout/,
  })
})

t.test('T10: fields that Envoy ignores are errors that say so', async (t) => {
  const found = problemsOf({
    [`${RULE}.hedging`]: { ...ON, initialRequests: 2, additionalRequestChance: 5, dellay: 1 },
  })
  t.match(found, {
    [`${RULE}.hedging.initialRequests`]:
      /^has no effect in Envoy, which does not implement HedgePolicy.initial_requests/,
    [`${RULE}.hedging.additionalRequestChance`]: /^has no effect in Envoy/,
    [`${RULE}.hedging.dellay`]: /^unknown field. Did you mean delay\?/,
  })
})

t.test('T10: gRPC clients do not hedge by xDS: a warning for a route, an error in their fleet', async (t) => {
  const fleet = {
    kind: 'proxyless',
    lb: { policy: 'round_robin' },
    listeners: { echo: { l7: { routes: 'public' } } },
  }
  const changes = { 'upstreams.echo.endpoints.b3': undefined, 'fleets.clients': fleet }
  const config = validateConfig(sampleWith({ ...changes, [`${RULE}.hedging`]: ON }))
  const about = warningsOf(config).filter(({ steps }) => steps.join('.') === `${RULE}.hedging`)
  const ofFleets = about.filter(({ message }) => message.startsWith('has no effect'))
  t.match(ofFleets, [{ message: /in fleet clients, whose kind is proxyless/ }])
  t.match(problemsOf({ ...changes, 'fleets.clients': { ...fleet, hedging: ON } }), {
    'fleets.clients.hedging': /^is allowed only with kind: envoy/,
  })
})
