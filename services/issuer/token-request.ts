// What an issuer is asked for: a request for a token, from outside.

import { type Problem, SwitchyardError } from '../../core/errors.ts'
import type { TokenOptions } from './token-issuer.ts'

const DEFAULT_LIFETIME = 600

/** Claims that the issuer writes itself. */
const OWN_CLAIMS = ['iss', 'sub', 'aud', 'iat', 'exp', 'nbf']

/**
 * `{"subject": "alice", "audience": "echo", "lifetime": 600, "claims": {}}`; the last two may be left out. The lifetime is
 * in seconds; less than nothing makes a token that has ended.
 * @throws SwitchyardError `invalid-argument` with all problems
 */
export function readTokenRequest(request: unknown): TokenOptions {
  const given: Partial<Record<keyof TokenOptions, unknown>> = isObject(request) ? request : {}
  const { subject, audience, lifetime = DEFAULT_LIFETIME, claims = {} } = given
  const problems: Problem[] = []
  const demand = (path: string, isFit: boolean, message: string) => {
    if (!isFit) problems.push({ path, message })
  }
  demand('subject', isText(subject), 'is a text such as alice')
  demand('audience', isText(audience), 'is a text such as echo')
  demand('lifetime', Number.isSafeInteger(lifetime), 'is whole seconds, such as 600')
  demand('claims', isObject(claims), 'are an object such as {"roles": ["admin"]}')
  for (const name of OWN_CLAIMS) demand(`claims.${name}`, !(name in Object(claims)), "is the issuer's own")
  if (problems.length > 0) {
    throw new SwitchyardError('invalid-argument', 'no token can be made of this:', { problems })
  }
  return { subject, audience, lifetime, claims } as TokenOptions
}

function isText(value: unknown): boolean {
  return typeof value === 'string' && value !== ''
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
