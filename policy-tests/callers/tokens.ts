// Tokens of callers: each entry of jwt gets a key for the run, which Envoy knows, and which signs what callers show.

import type { JWK } from 'jose'
import type { Config } from '../../control-plane/document/model.ts'
import { defaultsOf } from '../../control-plane/switches/defaults.ts'
import { JwtProviderSchema } from '../../control-plane/switches/jwt-provider.ts'
import { SIGNING_ALGORITHMS, type SigningAlgorithm, TokenIssuer } from '../../services/issuer/token-issuer.ts'
import type { Caller, CallerToken } from '../suite/caller-schema.ts'
import { millisecondsOf } from '../suite/fields.ts'
import { openForge } from './forged-token.ts'

type Providers = NonNullable<Config['jwt']>

/** Long enough for a run, and short enough for most limits. */
const LIFETIME_S = 600

export interface Tokens {
  /** The key set of an entry. */
  keysOf(provider: string): readonly JWK[]
  /** The headers that a caller's tokens are sent in. */
  headersOf(name: string, caller: Caller): Promise<Readonly<Record<string, readonly string[]>>>
}

/** @param providers `jwt` of the document */
export async function createTokens(providers: Providers = {}): Promise<Tokens> {
  const made = await Promise.all(
    Object.entries(providers).map(
      async ([name, one]) => [name, await TokenIssuer.create(one.issuer, algorithmOf(one))] as const,
    ),
  )
  const issuers = Object.fromEntries(made)
  // Which server a token names in its header is the caller's own affair here: nobody contacts it.
  const forge = await openForge(issuers, '', 'http://127.0.0.1:1')
  return {
    keysOf: (provider) => issuers[provider]?.keySet.keys ?? [],
    async headersOf(name, { token, tokens = token === undefined ? [] : [token] }) {
      const headers: Record<string, string[]> = {}
      for (const one of tokens) {
        const provider = providers[one.provider]
        if (provider === undefined) continue
        const { header } = { ...defaultsOf(JwtProviderSchema.properties), ...provider }
        const made = await forge.make(recipeOf(name, one, provider))
        const value = header === 'authorization' ? `Bearer ${made}` : made
        headers[header as string] = [...(headers[header as string] ?? []), value]
      }
      return headers
    },
  }
}

/** The key has the algorithm of the keys in the document, where it names some that can be made here. */
function algorithmOf({ jwks }: Providers[string]): SigningAlgorithm {
  const named = (jwks.inline?.keys ?? []).map(({ alg }) => alg as SigningAlgorithm)
  return SIGNING_ALGORITHMS.find((one) => named.includes(one)) ?? 'ES256'
}

/** A token that the entry accepts, with the changes of the caller. */
function recipeOf(caller: string, token: CallerToken, provider: Providers[string]) {
  const { maxLifetime } = { ...defaultsOf(JwtProviderSchema.properties), ...provider }
  const lifetime = Math.min(LIFETIME_S, Math.floor(millisecondsOf(maxLifetime as string) / 2_000))
  const { provider: of, claims = {}, endsIn, startsIn, signedBy, header, tamper, hmac } = token
  const exp = endsIn === undefined ? lifetime : seconds(endsIn)
  return {
    of,
    ...(signedBy !== undefined && { key: signedBy }),
    claims: {
      sub: caller,
      aud: provider.audiences[0],
      iat: Math.min(0, exp - lifetime),
      exp,
      ...(startsIn !== undefined && { nbf: seconds(startsIn) }),
      ...claims,
    },
    ...(header && { header }),
    ...(tamper && { tamper }),
    ...(hmac !== undefined && { hmac }),
  }
}

function seconds(duration: string): number {
  return Math.round(millisecondsOf(duration) / 1_000)
}
