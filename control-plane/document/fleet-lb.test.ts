// The switch of one fleet: what stays, what goes, and what is rejected.

import t from 'tap'
import { sampleWith } from '../../test/support/sample-config.ts'
import { fleetLbOf, fleetOf, withFleetLb } from './fleet-lb.ts'
import type { FleetLb } from './model.ts'

const BEFORE: FleetLb = { mode: 'l4', policy: 'least_request', choices: 3 }
const config = sampleWith({ 'fleets.edge.lb': BEFORE })

const CASES: readonly [title: string, wanted: object, after: FleetLb][] = [
  [
    'an omitted policy stays, with its options',
    { mode: 'l7' },
    { mode: 'l7', policy: 'least_request', choices: 3 },
  ],
  [
    'an option alone changes the policy that stays',
    { mode: 'l4', choices: 5 },
    { mode: 'l4', policy: 'least_request', choices: 5 },
  ],
  [
    'a policy comes without the options of the one before',
    { mode: 'l7', policy: 'random' },
    { mode: 'l7', policy: 'random' },
  ],
  [
    'a policy that is written again comes with the options that are written',
    { mode: 'l7', policy: 'least_request' },
    { mode: 'l7', policy: 'least_request' },
  ],
]

for (const [title, wanted, after] of CASES) {
  t.test(title, async (t) => {
    const next = withFleetLb(config, 'edge', wanted)
    t.same(next.fleets.edge?.lb, after)
    t.same({ ...next, fleets: {} }, { ...config, fleets: {} })
    t.same(config.fleets.edge?.lb, BEFORE, 'the configuration before is untouched')
  })
}

const REFUSED: readonly [title: string, wanted: unknown, problems: object[]][] = [
  ['the mode is always written', { policy: 'random' }, [{ path: 'mode', message: /is missing/ }]],
  ['also where the policy stays', {}, [{ path: 'mode', message: /is missing/ }]],
  [
    'an unknown field is invalid',
    { mode: 'l7', polciy: 'random' },
    [{ path: 'polciy', message: /unknown field/ }],
  ],
  ['a list is not an lb', [], [{ path: '', message: /^must be a mode and a policy, .* not \[\]$/ }]],
  ['nothing is not an lb', undefined, [{ path: '', message: /not nothing$/ }]],
  ['null is not an lb', null, [{ path: '', message: /not null$/ }]],
  [
    'all problems come at once',
    { mode: 'l5', choices: 1, foo: 1 },
    [{ path: 'mode' }, { path: 'foo' }, { path: 'choices' }],
  ],
  [
    'a setting that conflicts with the rest of the configuration is invalid, with its place',
    { mode: 'l7', policy: 'maglev' },
    [{ path: 'routes.public.rules.canary.to', message: /hash calls on different things/ }],
  ],
]

for (const [title, wanted, problems] of REFUSED) {
  t.test(title, async (t) => {
    t.throws(() => withFleetLb(config, 'edge', wanted), { code: 'invalid-config', problems })
  })
}

t.test('a fleet that is not there is answered with those that are', async (t) => {
  for (const name of ['west', 'constructor', '__proto__']) {
    t.throws(() => fleetOf(config, name), {
      code: 'not-found',
      message: `unknown fleet "${name}". Use one of: edge`,
    })
  }
  t.throws(() => fleetOf(sampleWith({ fleets: {} }), 'edge'), {
    message: /^unknown fleet "edge"\. The document has none$/,
  })
})

t.test('what is in effect shows the defaults', async (t) => {
  const hashed = sampleWith({ 'fleets.edge.lb': { mode: 'l7', policy: 'ring_hash' } })
  t.same(fleetLbOf(hashed, 'edge'), {
    mode: 'l7',
    policy: 'ring_hash',
    minimumRingSize: 1024,
    hashOn: { header: 'x-user' },
    panicThreshold: 0,
    updateMergeWindow: '0s',
  })
})
