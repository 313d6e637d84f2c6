// Global rate limits in the document: what is rejected, each with an accepted twin.

import t from 'tap'
import { type Refusal, testRefusals } from '../../../test/support/refusals.ts'

const L7 = { 'fleets.edge.lb.mode': 'l7' }
const FIELD = 'globalRateLimit'
const FLEET = `fleets.edge.filters.${FIELD}`
const RULE = `routes.public.rules.echo.filters.${FIELD}`

const limited = (settings: object = {}, more: object = L7) => ({
  ...more,
  'fleets.edge.filters': { [FIELD]: { enabled: true, upstream: 'echo', domain: 'shop', ...settings } },
})
const parts = (...list: readonly object[]) => ({ descriptors: { one: { parts: list } } })
const ofRule = (settings: object) => ({
  ...limited(),
  'routes.public.rules.echo.filters': { [FIELD]: settings },
})
const at = (path: string) => `${FLEET}.descriptors.one.parts[0]${path}`

const CASES: readonly Refusal[] = [
  [
    'a limit in mode l4',
    limited({}, { 'fleets.edge.lb.mode': 'l4' }),
    ['fleets.edge.lb.mode', /filters\.globalRateLimit cannot work/],
    limited({ enabled: false }, { 'fleets.edge.lb.mode': 'l4' }),
  ],
  [
    'a rate limiter that is no upstream',
    limited({ upstream: 'limiter' }),
    [`${FLEET}.upstream`, /limiter/],
    limited(),
  ],
  [
    'a token of an unknown issuer',
    limited(parts({ token: { from: 'nobody', claim: 'sub' } })),
    [at('.token.from'), /nobody/],
    limited(parts({ header: 'x-user' })),
  ],
  [
    'a token of an unknown issuer in a rule',
    ofRule(parts({ token: { from: 'nobody', claim: 'sub' } })),
    [`${RULE}.descriptors.one.parts[0].token.from`, /nobody/],
    ofRule(parts({ header: 'x-user' })),
  ],
  [
    'a part that says nothing',
    limited(parts({ key: 'tenant' })),
    [at(''), /^takes nothing from the call: write one of header, path/],
    limited(parts({ key: 'tenant', header: 'x-tenant' })),
  ],
  [
    'two parts in one',
    limited(parts({ header: 'x-tenant', path: true })),
    [at('.path'), /^is a part of its own: write it as another item, or remove header/],
    limited(parts({ header: 'x-tenant' }, { path: true })),
  ],
  [
    'a comparison without its text',
    limited(parts({ headers: { 'x-tenant': 'gold' } })),
    [at('.text'), /^is missing: write what the rate limiter gets/],
    limited(parts({ headers: { 'x-tenant': 'gold' }, text: 'gold' })),
  ],
  [
    'a comparison that Envoy cannot read',
    limited(parts({ headers: { 'x-tenant': { regex: '(' } }, text: 'gold' })),
    [at('.headers.x-tenant.regex'), /^is not a regular expression/],
    limited(parts({ headers: { 'x-tenant': { regex: '.' } }, text: 'gold' })),
  ],
  [
    'a key that Envoy does not use',
    limited(parts({ address: true, key: 'who' })),
    [at('.key'), /^has no effect: Envoy always writes remote_address/],
    limited(parts({ address: true })),
  ],
  [
    'an optional part that each call has',
    limited(parts({ path: true, optional: true })),
    [at('.optional'), /^has no effect, because each call has path/],
    limited(parts({ header: 'x-tenant', optional: true })),
  ],
  [
    'a share of ended calls in shadow mode',
    limited({ shadow: true, enforcedPercentage: 10 }),
    [`${FLEET}.enforcedPercentage`, /^has no effect in shadow mode/],
    limited({ enforcedPercentage: 10 }),
  ],
  [
    'a rule that changes nothing',
    ofRule({}),
    [RULE, /^changes nothing of the fleet's/],
    ofRule({ enabled: false }),
  ],
  [
    "the fleet's descriptors twice",
    ofRule({ alsoOfFleet: true, domain: 'other' }),
    [`${RULE}.alsoOfFleet`, /^has no effect, because a rule without descriptors/],
    ofRule({ alsoOfFleet: true, ...parts({ path: true }) }),
  ],
  [
    'a domain of a rule without a limit',
    ofRule({ enabled: false, domain: 'other' }),
    [`${RULE}.domain`, /^has no effect, because the rule has enabled: false/],
    ofRule({ domain: 'other' }),
  ],
]

testRefusals(t, CASES, (title) => `T16: ${title} is rejected`)
