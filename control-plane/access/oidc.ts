// Callers by tokens of an OpenID Connect issuer: https://openid.net/specs/openid-connect-core-1_0.html#IDTokenValidation

import { errors, type JWTPayload, type JWTVerifyGetKey, jwtVerify } from 'jose'
import { SwitchyardError } from '../../core/errors.ts'
import { isMap, ownValue } from '../../core/plain-map.ts'
import { OidcKeys } from './oidc-keys.ts'
import type { OidcRule, OidcSettings } from './oidc-settings.ts'
import type { Caller } from './roles.ts'
import { OIDC_PREFIX } from './token-entries.ts'

/** With a key pair each. A shared secret would be the issuer's public key to a verifier that is fooled. */
const ALGORITHMS = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
  'Ed25519',
]
/** An access token or an ID token. A logout token, for example, is signed by the same key and does not say who calls. */
const TYPES = ['jwt', 'at+jwt', 'application/jwt', 'application/at+jwt']
/** Clocks of hosts differ. */
const TOLERANCE_SECONDS = 10
const LONGEST_NAME = 200
/** The last time that a `Date` has, in milliseconds since 1970. */
const LAST_TIME = 8.64e15

/** Why a token of the issuer does not say who calls. */
export class OidcError extends SwitchyardError {
  /** Whether the token is to blame, and not the way to the issuer: only then it counts as a failed attempt. */
  readonly isGuess: boolean

  constructor(message: string, { isGuess, cause }: { readonly isGuess: boolean; readonly cause?: unknown }) {
    super('unauthenticated', message, { cause })
    this.isGuess = isGuess
  }
}

export class OidcLogin {
  readonly #settings: OidcSettings
  readonly #keys: JWTVerifyGetKey
  readonly #now: () => number

  /** @param now milliseconds since 1970 */
  constructor(settings: OidcSettings, now: () => number = Date.now) {
    this.#settings = settings
    const keys = new OidcKeys(settings)
    this.#keys = (header, token) => keys.find(header, token)
    this.#now = now
  }

  /** Whether a bearer token may be one of the issuer: tokens of the control plane itself have no dots. */
  static isCandidate(token: string): boolean {
    return /^[\w-]+\.[\w-]+\.[\w-]*$/.test(token)
  }

  /** @throws OidcError if the token is not valid; SwitchyardError `forbidden` if it is, and no rule gives it a role */
  async callerOf(token: string): Promise<Caller & { readonly expiresAt: number }> {
    const { rules, nameClaim } = this.#settings
    const payload = await this.#verify(token)
    const name = nameIn(payload, nameClaim)
    const rule = rules.find((one) => isMet(one, payload))
    if (rule === undefined) {
      const claims = [...new Set(rules.map(({ claim }) => claim))].join(', ')
      throw new SwitchyardError(
        'forbidden',
        `"${name}" has no role here: the claims of the token match no --oidc-role of the control plane (it looks at ${claims})`,
      )
    }
    const { role, fleets } = rule
    return { name, role, ...(fleets && { fleets }), expiresAt: endOf(payload) }
  }

  async #verify(token: string): Promise<JWTPayload> {
    const { issuer, audience } = this.#settings
    try {
      const { payload, protectedHeader } = await jwtVerify(token, this.#keys, {
        issuer,
        audience,
        algorithms: ALGORITHMS,
        clockTolerance: TOLERANCE_SECONDS,
        requiredClaims: ['exp'],
        currentDate: new Date(this.#now()),
      })
      const { typ = 'JWT' } = protectedHeader
      if (endOf(payload) > LAST_TIME) {
        throw new OidcError(`the token has the exp ${payload.exp}, which is not a time`, { isGuess: true })
      }
      if (TYPES.includes(typ.toLowerCase())) return payload
      throw new OidcError(`the token has the type ${JSON.stringify(typ)}, and does not say who calls`, {
        isGuess: true,
      })
    } catch (cause) {
      if (cause instanceof OidcError) throw cause
      // `jose` has errors of its own for what is wrong with a token. Others come from the way to the keys.
      const isGuess = cause instanceof errors.JOSEError && !(cause instanceof errors.JWKSInvalid)
      const reason = cause instanceof Error ? cause.message : String(cause)
      const what = isGuess ? `the token of ${issuer} is not valid` : `the keys of ${issuer} cannot be read`
      throw new OidcError(`${what}: ${reason}`, { isGuess, cause })
    }
  }
}

/** In milliseconds since 1970. */
function endOf({ exp = 0 }: JWTPayload): number {
  return exp * 1_000
}

function nameIn(payload: JWTPayload, claim: string): string {
  const name = claimOf(payload, claim)
  if (typeof name === 'string' && name !== '' && name.length <= LONGEST_NAME && !/\p{C}/u.test(name)) {
    return OIDC_PREFIX + name
  }
  throw new OidcError(`the claim ${claim} of the token is not a name of 1 to ${LONGEST_NAME} characters`, {
    isGuess: true,
  })
}

/** A text, or a list with this text. Anything else, such as an object with this key, meets no rule. */
function isMet({ claim, value }: OidcRule, payload: JWTPayload): boolean {
  const held = claimOf(payload, claim)
  if (Array.isArray(held)) return held.some((one) => one === value)
  // Scopes are a list in one text: https://www.rfc-editor.org/rfc/rfc8693#section-4.2
  return claim === 'scope' && typeof held === 'string' ? held.split(' ').includes(value) : held === value
}

/** The claim with this name, such as `https://example.org/roles`; else the value at this path, such as `realm_access.roles`. */
function claimOf(payload: JWTPayload, name: string): unknown {
  const whole = ownValue(payload as Readonly<Record<string, unknown>>, name)
  if (whole !== undefined) return whole
  return name
    .split('.')
    .reduce<unknown>((value, step) => (isMap(value) ? ownValue(value, step) : undefined), payload)
}
