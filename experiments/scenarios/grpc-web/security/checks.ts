// What must hold of tokens and origins, in each client.

import { check, type Finding } from '../../../../harness/check.ts'
import type { Check, Results } from '../../../../harness/results.ts'
import { FLAVOURS, type Flavour } from '../lab/lab-types.ts'
import { CASE_NAMES, CASES, type CaseFound, type CaseName, caseOf, simpleOf } from './findings.ts'

const OK = 0
const UNKNOWN = 2
const UNAUTHENTICATED = 16

type Rule = (found: CaseFound, flavour: Flavour) => boolean

const isDenied: Rule = ({ code, isReadable, reached, preflight = 200 }) =>
  code === UNAUTHENTICATED && isReadable && !reached && preflight === 200

const isKeptOut =
  (reason = 'PreflightMissingAllowOriginHeader'): Rule =>
  ({ code, http, reached, failure = '' }) =>
    code === UNKNOWN && http === undefined && !reached && failure.includes(reason)

const RULES: Readonly<Record<CaseName, { readonly title: string; readonly holds: Rule }>> = {
  accepted: {
    title: 'A page with a token gets through, by a preflight without one',
    holds: ({ code, reached, preflight = 200 }) => code === OK && reached && preflight === 200,
  },
  'no-token': {
    title: 'A page without a token is denied with 16 UNAUTHENTICATED, which it may read',
    holds: isDenied,
  },
  'expired-token': {
    title: 'A page with an expired token is denied with 16 UNAUTHENTICATED, which it may read',
    holds: isDenied,
  },
  'no-cors': {
    title: 'Where CORS is off, the preflight itself is asked for a token (401), and no page gets through',
    holds: (found, flavour) => isKeptOut()(found, flavour) && found.preflight === 401,
  },
  'unlisted-metadata': {
    title: 'Metadata that CORS does not list keeps a call in the browser',
    holds: isKeptOut('HeaderDisallowedByPreflightResponse'),
  },
  'other-origin': {
    title: 'A page of another origin is kept out by its browser, with a valid token too',
    holds: (found, flavour) => isKeptOut()(found, flavour) && (found.preflight ?? 200) === 200,
  },
}

export function securityChecks(results: Results): readonly Check[] {
  return [
    ...CASE_NAMES.map((name) => check('O3.3', RULES[name].title, findingsOf(results, name))),
    check('O3.3', 'No preflight carries a token', preflights(results)),
    check('O3.3', 'A request that needs no preflight never reaches the service', simple(results)),
  ]
}

function findingsOf(results: Results, name: CaseName): readonly Finding[] {
  const found = caseOf(results, name)
  if (found === undefined) return []
  return FLAVOURS.map((flavour) => {
    const one = found[flavour]
    const holds = RULES[name].holds(one, flavour)
    const { code, text, failure } = one
    const short = `${flavour}: ${[code, text, failure].filter((part) => part !== '' && part !== undefined).join(', ')}`
    return { fact: holds ? short : `${flavour}: ${JSON.stringify(one)}`, holds }
  })
}

function preflights(results: Results): readonly Finding[] {
  return CASE_NAMES.flatMap((name) => {
    const found = caseOf(results, name)
    if (found === undefined) return []
    const seen = FLAVOURS.filter((flavour) => found[flavour].preflight !== undefined)
    const holds = seen.every((flavour) => !found[flavour].preflightHasToken)
    return seen.length === 0 ? [] : [{ fact: `${CASES[name]}: ${seen.length} preflights`, holds }]
  })
}

function simple(results: Results): readonly Finding[] {
  const found = simpleOf(results)
  if (found === undefined) return []
  const fact = `the page gets ${found.toPage}, the service ${found.reached} calls`
  return [{ fact, holds: found.reached === 0 }]
}
