// Local rate limits in the document: what is rejected, each with an accepted twin.

import t from 'tap'
import { type Refusal, testRefusals } from '../../../test/support/refusals.ts'

const L7 = { 'fleets.edge.lb.mode': 'l7' }
const FIELD = 'localRateLimit'
const FLEET = `fleets.edge.filters.${FIELD}`

const limited = (settings: object, more: object = L7) => ({
  ...more,
  'fleets.edge.filters': { [FIELD]: { enabled: true, ...settings } },
})
const gold = { header: 'x-tenant', value: 'gold', maxTokens: 5 }

const CASES: readonly Refusal[] = [
  [
    'a limit in mode l4',
    limited({ maxTokens: 5 }, { 'fleets.edge.lb.mode': 'l4' }),
    ['fleets.edge.lb.mode', /filters\.localRateLimit cannot work/],
    limited({ enabled: false, maxTokens: 5 }, { 'fleets.edge.lb.mode': 'l4' }),
  ],
  [
    'a limit without calls',
    limited({ maxTokens: 0 }),
    [`${FLEET}.maxTokens`, /^must be a number of calls that may come at once/],
    limited({ maxTokens: 1 }),
  ],
  [
    'an interval that Envoy would NACK',
    limited({ maxTokens: 5, fillInterval: '49ms' }),
    [`${FLEET}.fillInterval`, /at least 50ms/],
    limited({ maxTokens: 5, fillInterval: '50ms' }),
  ],
  [
    'more tokens than the bucket holds',
    limited({ maxTokens: 5, tokensPerFill: 6 }),
    [`${FLEET}.tokensPerFill`, /^is more than the bucket holds, 5: write at most 5/],
    limited({ maxTokens: 5, tokensPerFill: 5 }),
  ],
  [
    'the same in a bucket by header',
    limited({ maxTokens: 5, byHeader: [{ ...gold, tokensPerFill: 6 }] }),
    [`${FLEET}.byHeader[0].tokensPerFill`, /^is more than the bucket holds, 5/],
    limited({ maxTokens: 5, byHeader: [{ ...gold, tokensPerFill: 5 }] }),
  ],
  [
    'buckets by header without one for all calls',
    limited({ byHeader: [gold] }),
    [`${FLEET}.maxTokens`, /^is missing: write how many calls/],
    limited({ maxTokens: 5, byHeader: [gold] }),
  ],
  [
    'two buckets for one value',
    limited({ maxTokens: 5, byHeader: [gold, { ...gold, maxTokens: 9 }] }),
    [`${FLEET}.byHeader[1]`, /^is for the same calls as byHeader\[0\]: remove one of them/],
    limited({ maxTokens: 5, byHeader: [gold, { header: 'x-tenant', maxTokens: 9 }] }),
  ],
  [
    'a way around the limit by values that nobody listed',
    limited({ maxTokens: 5, alwaysConsumeTotal: false, byHeader: [{ header: 'x-tenant', maxTokens: 9 }] }),
    [`${FLEET}.alwaysConsumeTotal`, /^lets callers pass without a limit if they make up values/],
    limited({ maxTokens: 5, alwaysConsumeTotal: false, byHeader: [gold] }),
  ],
  [
    'the same in a rule',
    {
      ...limited({}),
      'routes.public.rules.echo.filters': { [FIELD]: { maxTokens: 5, tokensPerFill: 6 } },
    },
    [`routes.public.rules.echo.filters.${FIELD}.tokensPerFill`, /^is more than the bucket holds/],
    { ...limited({}), 'routes.public.rules.echo.filters': { [FIELD]: {} } },
  ],
]

testRefusals(t, CASES, (title) => `T15: ${title} is rejected`)
