// Bearer tokens: who has one, and what is answered about a token that nobody has.

import type { FastifyReply, FastifyRequest } from 'fastify'
import { SwitchyardError } from '../../core/errors.ts'
import { OidcLogin } from '../access/oidc.ts'
import type { Caller } from '../access/roles.ts'
import type { Tokens } from '../access/tokens.ts'

export interface Verifiers {
  readonly tokens: Pick<Tokens, 'callerOf'>
  /** Who may also call by tokens of an OpenID Connect issuer. Default: nobody. */
  readonly oidc?: Pick<OidcLogin, 'callerOf'>
}

interface Identified {
  readonly caller: Caller | undefined
  readonly isCurrent: () => boolean
}

/** Who has a token: one of the control plane itself, or of the OpenID Connect issuer. @throws SwitchyardError of `OidcLogin` */
export async function identify(token: string, { tokens, oidc }: Verifiers): Promise<Identified> {
  const caller = tokens.callerOf(token)
  if (caller !== undefined || oidc === undefined || !OidcLogin.isCandidate(token)) {
    return { caller, isCurrent: () => tokens.callerOf(token) !== undefined }
  }
  const byIssuer = await oidc.callerOf(token)
  return { caller: byIssuer, isCurrent: () => byIssuer.expiresAt > Date.now() }
}

/** https://www.rfc-editor.org/rfc/rfc6750#section-2.1 */
export function bearerIn({ headers }: FastifyRequest): string | undefined {
  const [, token] = /^bearer +(\S+)$/i.exec(headers.authorization ?? '') ?? []
  return token
}

export function unauthenticated(reply: FastifyReply, token: string | undefined): SwitchyardError {
  reply.header('www-authenticate', challenge(token))
  const what = token === undefined ? 'this request needs a token' : 'the token is unknown, expired or revoked'
  return new SwitchyardError(
    'unauthenticated',
    `${what}: send the header "authorization: Bearer TOKEN" with a token of tokens.json ("yard token" prints that of "yard up", "yard token --file FILE" that of "yard serve")`,
  )
}

export function challenge(token: string | undefined): string {
  return `Bearer realm="switchyard"${token === undefined ? '' : ', error="invalid_token"'}`
}
