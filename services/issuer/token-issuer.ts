// Issues tokens with one signing key, publishes a key set for verifiers, and rotates keys with an overlap of old and new.

import {
  calculateJwkThumbprint,
  exportJWK,
  type GenerateKeyPairResult,
  generateKeyPair,
  type JWK,
  type JWTPayload,
  SignJWT,
} from 'jose'

export const SIGNING_ALGORITHMS = ['RS256', 'ES256', 'EdDSA'] as const
export type SigningAlgorithm = (typeof SIGNING_ALGORITHMS)[number]

export interface SigningKey {
  readonly kid: string
  readonly alg: SigningAlgorithm
  readonly privateKey: GenerateKeyPairResult['privateKey']
  /** The entry in the key set. Its `alg` pins the key to one algorithm. */
  readonly publicJwk: JWK
}

export interface TokenOptions {
  readonly subject: string
  readonly audience: string | readonly string[]
  /** Seconds from now. */
  readonly lifetime: number
  readonly claims?: JWTPayload
}

/** `kid` is the thumbprint of RFC 7638, so it is unique to the key. */
export async function createSigningKey(alg: SigningAlgorithm): Promise<SigningKey> {
  const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true })
  const jwk = await exportJWK(publicKey)
  const kid = await calculateJwkThumbprint(jwk)
  return { kid, alg, privateKey, publicJwk: { ...jwk, kid, alg, use: 'sig' } }
}

/**
 * Verifiers cache the key set. So a rotation has three steps: publish the next key; sign with it once every cached key set
 * has it; retire the old key once the last token that it signed has expired.
 */
export class TokenIssuer {
  readonly issuer: string
  #signing: SigningKey
  #published: readonly SigningKey[]

  private constructor(issuer: string, key: SigningKey) {
    this.issuer = issuer
    this.#signing = key
    this.#published = [key]
  }

  static async create(issuer: string, alg: SigningAlgorithm): Promise<TokenIssuer> {
    return new TokenIssuer(issuer, await createSigningKey(alg))
  }

  /** The key that signs now. */
  get signingKey(): SigningKey {
    return this.#signing
  }

  /** The key set of RFC 7517, with public keys only. */
  get keySet(): { readonly keys: readonly JWK[] } {
    return { keys: this.#published.map(({ publicJwk }) => publicJwk) }
  }

  /** First step: add the key to the key set. It does not sign yet. */
  publish(key: SigningKey): void {
    this.#published = [...this.#published, key]
  }

  /** Second step: sign with this key. @throws RangeError if it is not published, because no verifier could check its tokens */
  signWith(kid: string): void {
    const key = this.#published.find((published) => published.kid === kid)
    if (key === undefined) throw new RangeError(`the key ${kid} is not published: publish it before it signs`)
    this.#signing = key
  }

  /** Last step: remove the key, which makes its tokens invalid. @throws RangeError if it is the signing key */
  retire(kid: string): void {
    if (kid === this.#signing.kid)
      throw new RangeError(`the key ${kid} is the signing key: sign with another key before you retire it`)
    this.#published = this.#published.filter((key) => key.kid !== kid)
  }

  async sign({ subject, audience, lifetime, claims = {} }: TokenOptions): Promise<string> {
    const { kid, alg, privateKey } = this.#signing
    // The clock is read once: a second may end between two readings, and the token would live longer than requested.
    const issuedAt = Math.floor(Date.now() / 1_000)
    return new SignJWT(claims)
      .setProtectedHeader({ alg, kid, typ: 'JWT' })
      .setIssuer(this.issuer)
      .setSubject(subject)
      .setAudience(typeof audience === 'string' ? audience : [...audience])
      .setIssuedAt(issuedAt)
      .setExpirationTime(issuedAt + lifetime)
      .sign(privateKey)
  }
}
