// Which OpenID Connect issuer may say who calls REST, and what its claims allow. Reads the flags of `yard serve`.

import { type Problem, SwitchyardError } from '../../core/errors.ts'
import { isLoopback } from '../../core/loopback.ts'
import { ROLES, type Role } from './roles.ts'

/** A value of a claim, and what it allows. */
export interface OidcRule {
  /** The name of a claim, or a path such as `realm_access.roles`. */
  readonly claim: string
  readonly value: string
  readonly role: Role
  /** The fleets that the caller is limited to. Default: all. */
  readonly fleets?: readonly string[]
}

export interface OidcSettings {
  /** The `iss` of its tokens, as the issuer writes it. */
  readonly issuer: string
  /** One of the `aud` of the tokens. */
  readonly audience: string
  /** The first rule that fits decides. */
  readonly rules: readonly OidcRule[]
  /** The claim with the name of the caller. */
  readonly nameClaim: string
  /** Where its keys are. Default: where `/.well-known/openid-configuration` says. */
  readonly jwksUrl?: string
}

export const OIDC_OPTIONS = {
  'oidc-issuer': { type: 'string' },
  'oidc-audience': { type: 'string' },
  'oidc-role': { type: 'string', multiple: true },
  'oidc-name': { type: 'string' },
  'oidc-jwks': { type: 'string' },
} as const

export interface OidcFlags {
  readonly 'oidc-issuer'?: string
  readonly 'oidc-audience'?: string
  readonly 'oidc-role'?: readonly string[]
  readonly 'oidc-name'?: string
  readonly 'oidc-jwks'?: string
}

export const OIDC_USAGE = `  --oidc-issuer URL, --oidc-audience NAME
                   also accept tokens of this OpenID Connect issuer for this audience as REST's tokens
  --oidc-role CLAIM=VALUE:ROLE[:FLEET,FLEET]
                   give callers whose claim has this value a role, limited to fleets if they are named (repeatable; the
                   first that fits counts)
  --oidc-name CLAIM
                   take the author of writes from this claim (sub)
  --oidc-jwks URL  read the issuer's keys from here (default: where /.well-known/openid-configuration says)
`

/** Undefined without any of the flags. @throws SwitchyardError `invalid-argument` with all problems */
export function readOidcFlags(flags: OidcFlags): OidcSettings | undefined {
  const given = (Object.keys(OIDC_OPTIONS) as (keyof OidcFlags)[]).filter((name) => flags[name] !== undefined)
  if (given.length === 0) return undefined
  const {
    'oidc-issuer': issuer = '',
    'oidc-audience': audience = '',
    'oidc-role': written = [],
    'oidc-name': nameClaim = 'sub',
    'oidc-jwks': jwksUrl,
  } = flags
  const problems: Problem[] = []
  const reject = (path: string, message: string) => problems.push({ path, message })
  if (!isSafeUrl(issuer)) reject('--oidc-issuer', needsUrl(issuer))
  if (audience === '')
    reject('--oidc-audience', 'is missing: name the audience of tokens that are for this control plane')
  if (jwksUrl !== undefined && !isSafeUrl(jwksUrl)) reject('--oidc-jwks', needsUrl(jwksUrl))
  if (nameClaim === '') reject('--oidc-name', 'is empty: name a claim, such as sub or email')
  if (written.length === 0) {
    reject('--oidc-role', 'is missing: say which claim gives which role, such as groups=platform:operator')
  }
  const rules = written.flatMap((text) => {
    const rule = readRule(text)
    if (rule === undefined) {
      const how = `write CLAIM=VALUE:ROLE or CLAIM=VALUE:ROLE:FLEET,FLEET, with one of the roles ${ROLES.join(', ')}; a fleet cannot have the name of a role here`
      reject('--oidc-role', `"${text}" is not a rule: ${how}`)
      return []
    }
    if (rule.role === 'admin' && rule.fleets)
      reject('--oidc-role', `"${text}" limits an admin, who has all fleets`)
    return [rule]
  })
  if (problems.length > 0) {
    throw new SwitchyardError('invalid-argument', 'the flags of OpenID Connect are not valid, see --help:', {
      problems,
    })
  }
  return { issuer, audience, rules, nameClaim, ...(jwksUrl !== undefined && { jwksUrl }) }
}

/** Over plain HTTP, anybody on the way could answer with keys of their own. */
export function isSafeUrl(text: string): boolean {
  const url = URL.parse(text)
  if (url === null || url.username !== '' || url.password !== '') return false
  return (
    url.protocol === 'https:' ||
    (url.protocol === 'http:' && isLoopback(url.hostname.replace(/^\[|\]$/g, '')))
  )
}

function needsUrl(text: string): string {
  return `"${text}" is not a URL that can be trusted: write https://HOST/PATH (or http:// on loopback), without a password`
}

/** Undefined if it is no rule, or if it could be two: a value may have colons, and a fleet the name of a role. */
function readRule(text: string): OidcRule | undefined {
  const all = /^([^=]+)=(.+):(viewer|operator|admin|registrar)$/.exec(text)
  const some = /^([^=]+)=(.+):(viewer|operator|admin|registrar):([^:]+)$/.exec(text)
  if (all !== null && some !== null) return undefined
  const [, claim, value, role, fleets] = all ?? some ?? []
  const names = fleets?.split(',')
  if (claim === undefined || value === undefined || role === undefined || names?.includes(''))
    return undefined
  return { claim, value, role: role as Role, ...(names && { fleets: names }) }
}
