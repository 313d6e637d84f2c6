// Parses and validates a request for a token.

import { type Problem, SwitchyardError } from '../../core/errors.ts'
import type { TokenOptions } from './token-issuer.ts'

const DEFAULT_LIFETIME = 600

/** Claims that the issuer writes itself. */
const OWN_CLAIMS = ['iss', 'sub', 'aud', 'iat', 'exp', 'nbf']

/**
 * Reads a request such as `{"subject": "alice", "audience": "echo", "lifetime": 600, "claims": {}}`. `lifetime` (seconds,
 * 600 by default) and `claims` are optional. A negative lifetime gives an expired token.
 * @throws SwitchyardError `invalid-argument` with all problems
 */
export function readTokenRequest(request: unknown): TokenOptions {
  const given: Partial<Record<keyof TokenOptions, unknown>> = isObject(request) ? request : {}
  const { subject, audience, lifetime = DEFAULT_LIFETIME, claims = {} } = given
  const problems: Problem[] = []
  const check = (path: string, isValid: boolean, message: string) => {
    if (!isValid) problems.push({ path, message })
  }
  check('subject', isText(subject), 'must be a non-empty string, such as alice')
  check('audience', isText(audience), 'must be a non-empty string, such as echo')
  check('lifetime', Number.isSafeInteger(lifetime), 'must be a whole number of seconds, such as 600')
  check('claims', isObject(claims), 'must be an object such as {"roles": ["admin"]}')
  for (const name of OWN_CLAIMS)
    check(`claims.${name}`, !(name in Object(claims)), 'is set by the issuer; remove it')
  if (problems.length > 0) {
    throw new SwitchyardError('invalid-argument', 'invalid token request:', { problems })
  }
  return { subject, audience, lifetime, claims } as TokenOptions
}

function isText(value: unknown): boolean {
  return typeof value === 'string' && value !== ''
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
