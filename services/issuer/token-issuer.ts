// Issues tokens: it has one signing key, a key set that verifiers fetch, and a rotation in which old and new keys overlap.

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
  /** As it stands in the key set: with the `alg` that it is pinned to. */
  readonly publicJwk: JWK
}

export interface TokenOptions {
  readonly subject: string
  readonly audience: string | readonly string[]
  /** Seconds from now. */
  readonly lifetime: number
  readonly claims?: JWTPayload
}

/** `kid` is the thumbprint of RFC 7638, so that no two keys share one. */
export async function createSigningKey(alg: SigningAlgorithm): Promise<SigningKey> {
  const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true })
  const jwk = await exportJWK(publicKey)
  const kid = await calculateJwkThumbprint(jwk)
  return { kid, alg, privateKey, publicJwk: { ...jwk, kid, alg, use: 'sig' } }
}

/**
 * Whoever checks tokens keeps the key set for a while. So a key is rotated in three steps: the next one is published, it
 * signs once every copy of the key set has it, and the old one is retired once the last token that it signed has ended.
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

  /** RFC 7517, public halves only. */
  get keySet(): { readonly keys: readonly JWK[] } {
    return { keys: this.#published.map(({ publicJwk }) => publicJwk) }
  }

  /** First step: the key stands in the key set, and signs nothing yet. */
  publish(key: SigningKey): void {
    this.#published = [...this.#published, key]
  }

  /** Second step: sign with this key from now on. @throws if the key is not published, because no verifier could check its tokens */
  signWith(kid: string): void {
    const key = this.#published.find((published) => published.kid === kid)
    if (key === undefined) throw new RangeError(`the key ${kid} is not published: publish it before it signs`)
    this.#signing = key
  }

  /** Last step: no token of it is good any more. @throws where it is the one that signs */
  retire(kid: string): void {
    if (kid === this.#signing.kid)
      throw new RangeError(`the key ${kid} signs: let another sign before it goes`)
    this.#published = this.#published.filter((key) => key.kid !== kid)
  }

  async sign({ subject, audience, lifetime, claims = {} }: TokenOptions): Promise<string> {
    const { kid, alg, privateKey } = this.#signing
    // Read once: between two readings a second may end, and the token would live longer than was asked.
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
