// Tokens from recipes: a valid token with changes, signed correctly or not.

import { createHmac } from 'node:crypto'
import { CompactEncrypt, exportSPKI, importJWK } from 'jose'
import { createSigningKey, type SigningKey, type TokenIssuer } from '../../services/issuer/token-issuer.ts'

export interface TokenRecipe {
  /** The name of the issuer. Default: `main`. */
  readonly of?: string
  /** The owner of the signing key: an issuer, or `stranger` for an unknown key. Default: the issuer. */
  readonly key?: string
  /** `null` omits a claim; `exp`, `nbf` and `iat` are seconds from now. */
  readonly claims?: Readonly<Record<string, unknown>>
  /** Overrides `alg`, `kid` and `typ`; `null` omits one. `STRANGER` in a value is the URL of the stranger's server. */
  readonly header?: Readonly<Record<string, unknown>>
  /** How the signed token is changed. */
  readonly tamper?: keyof typeof TAMPERINGS
  /** The secret for HMAC: the issuer's public key as PEM, or this text. */
  readonly hmac?: 'public-key' | string
}

export interface Forge {
  /** The compact form. */
  make(recipe: TokenRecipe): Promise<string>
}

/** @param strangerUrl a server of the stranger, which nobody should contact */
export async function openForge(
  issuers: Readonly<Record<string, TokenIssuer>>,
  audience: string,
  strangerUrl: string,
): Promise<Forge> {
  const stranger = await createSigningKey('ES256')
  const issuerOf = (name: string) => {
    const issuer = issuers[name]
    if (issuer === undefined)
      throw new RangeError(`unknown issuer "${name}". Use one of: ${Object.keys(issuers).join(', ')}`)
    return issuer
  }
  return {
    async make({ of = 'main', key = of, claims = {}, header = {}, tamper, hmac }) {
      const issuer = issuerOf(of)
      const signing = key === 'stranger' ? stranger : issuerOf(key).signingKey
      const seconds = Math.floor(Date.now() / 1_000)
      const times = Object.fromEntries(
        Object.entries({ iat: 0, exp: 600, ...claims })
          .filter(([name, value]) => ['iat', 'exp', 'nbf'].includes(name) && typeof value === 'number')
          .map(([name, value]) => [name, seconds + Number(value)]),
      )
      const payload = withoutNulls({ iss: issuer.issuer, sub: 'alice', aud: audience, ...claims, ...times })
      const extra = JSON.parse(JSON.stringify(header).replaceAll('STRANGER', strangerUrl))
      if (extra.jwk === 'stranger') extra.jwk = stranger.publicJwk
      const { kid, alg } = key === 'stranger' ? { ...issuer.signingKey, alg: signing.alg } : signing
      const protectedHeader = withoutNulls({ alg, kid, typ: 'JWT', ...extra })
      const token =
        hmac === undefined
          ? await signed(payload, protectedHeader, signing)
          : await signedByHmac(payload, protectedHeader, hmac === 'public-key' ? await pemOf(signing) : hmac)
      return tamper === undefined ? token : TAMPERINGS[tamper](token)
    },
  }
}

/** Signs with the key's algorithm, whatever the header says. */
async function signed(payload: object, header: object, { alg, privateKey }: SigningKey): Promise<string> {
  const content = `${encode(header)}.${encode(payload)}`
  const signature = await crypto.subtle.sign(SUBTLE[alg], privateKey as never, Buffer.from(content))
  return `${content}.${Buffer.from(signature).toString('base64url')}`
}

const SUBTLE = {
  RS256: { name: 'RSASSA-PKCS1-v1_5' },
  ES256: { name: 'ECDSA', hash: 'SHA-256' },
  EdDSA: { name: 'Ed25519' },
} as const

async function signedByHmac(payload: object, header: object, secret: string): Promise<string> {
  const content = `${encode(header)}.${encode(payload)}`
  return `${content}.${createHmac('sha256', secret).update(content).digest('base64url')}`
}

async function pemOf({ publicJwk, alg }: SigningKey): Promise<string> {
  return exportSPKI((await importJWK(publicJwk, alg)) as never)
}

const TAMPERINGS = {
  /** Flips one bit of the signature. */
  flip: (token: string) => {
    const [header, payload, signature = ''] = token.split('.')
    const bytes = Buffer.from(signature, 'base64url')
    bytes[0] = (bytes[0] ?? 0) ^ 1
    return `${header}.${payload}.${bytes.toString('base64url')}`
  },
  /** Removes the signature and keeps its dot. */
  unsign: (token: string) => `${token.slice(0, token.lastIndexOf('.'))}.`,
  /** Two parts instead of three. */
  cut: (token: string) => token.slice(0, token.lastIndexOf('.')),
  /** Longer than any real token, within the limit of headers. */
  swell: (token: string) => `${token}${'A'.repeat(40_000)}`,
  /** Encrypted for a receiver that does not exist. */
  encrypt: (token: string) =>
    new CompactEncrypt(Buffer.from(token))
      .setProtectedHeader({ alg: 'dir', enc: 'A256GCM', cty: 'JWT' })
      .encrypt(new Uint8Array(32)),
} as const satisfies Readonly<Record<string, (token: string) => string | Promise<string>>>

function encode(part: object): string {
  return Buffer.from(JSON.stringify(part)).toString('base64url')
}

function withoutNulls(fields: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null))
}
