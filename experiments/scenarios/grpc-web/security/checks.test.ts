// The checks of tokens and origins on made-up findings: right ones hold, and each wrong one fails.

import t from 'tap'
import { facts } from '../../../../harness/facts.ts'
import type { Results } from '../../../../harness/results.ts'
import { FLAVOURS } from '../lab/lab-types.ts'
import { securityChecks } from './checks.ts'
import type { CaseFound, CaseName } from './findings.ts'

const ACCEPTED: CaseFound = {
  ...{ code: 0, text: '', http: 200, preflight: 200, preflightHasToken: false },
  ...{ isReadable: true, reached: true },
}
const DENIED: CaseFound = { ...ACCEPTED, code: 16, text: 'Jwt is missing', http: 401, reached: false }
const KEPT_OUT: CaseFound = {
  ...{ code: 2, text: 'Failed to fetch', preflight: 200, preflightHasToken: false },
  ...{ isReadable: false, reached: false, failure: 'net::ERR_FAILED, PreflightMissingAllowOriginHeader' },
}

/** Checks of one case that every client has found. */
function outcomesOf(name: CaseName, found: CaseFound) {
  const text = JSON.stringify(Object.fromEntries(FLAVOURS.map((flavour) => [flavour, found])))
  const runs = [{ id: `security.${name}`, measured: facts({ texts: { found: text } }) }]
  const checks = securityChecks({ runs } as unknown as Results)
  return checks.filter(({ outcome }) => outcome !== 'not measured').map(({ outcome }) => outcome)
}

const RIGHT: Readonly<Record<CaseName, CaseFound>> = {
  accepted: ACCEPTED,
  'no-token': DENIED,
  'expired-token': DENIED,
  'no-cors': { ...KEPT_OUT, preflight: 401 },
  'unlisted-metadata': { ...KEPT_OUT, failure: 'net::ERR_FAILED, HeaderDisallowedByPreflightResponse' },
  'other-origin': KEPT_OUT,
}

const WRONG: readonly (readonly [string, CaseName, Partial<CaseFound>])[] = [
  ['a valid token that is denied', 'accepted', { code: 16 }],
  ['a preflight that wants a token', 'accepted', { preflight: 401 }],
  ['a denial that the page cannot read', 'no-token', { isReadable: false }],
  ['a denial after the service has got the call', 'no-token', { reached: true }],
  ['a missing token that gets through', 'no-token', { code: 0 }],
  ['an expired token that gets through', 'expired-token', { code: 0 }],
  ['a page that gets through without CORS', 'no-cors', { code: 0, reached: true }],
  ['a preflight that needs no token', 'no-cors', { preflight: 200 }],
  ['metadata that gets through', 'unlisted-metadata', { code: 0, reached: true }],
  ['another reason', 'unlisted-metadata', { failure: 'net::ERR_FAILED' }],
  ['another origin that gets through', 'other-origin', { code: 0 }],
  ['another origin whose call reaches the service', 'other-origin', { reached: true }],
  ['a preflight with a token', 'other-origin', { preflightHasToken: true }],
]

for (const [name, found] of Object.entries(RIGHT) as [CaseName, CaseFound][]) {
  t.test(`O3.3: ${name}: what is found there holds`, async (t) => {
    t.strictSame(outcomesOf(name, found), ['holds', 'holds'])
  })
}

for (const [title, name, wrong] of WRONG) {
  t.test(`O3.3: ${name}: ${title} fails`, async (t) => {
    t.ok(outcomesOf(name, { ...RIGHT[name], ...wrong }).includes('fails'))
  })
}

t.test('O3.3: results without these runs are not measured', async (t) => {
  const checks = securityChecks({ runs: [] } as unknown as Results)
  t.strictSame(new Set(checks.map(({ outcome }) => outcome)), new Set(['not measured']))
})
