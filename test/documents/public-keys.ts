// Public keys that Envoy takes, one of each type.

import { generateKeyPairSync } from 'node:crypto'

const KINDS = [
  { alg: 'RS256', make: () => generateKeyPairSync('rsa', { modulusLength: 2_048 }) },
  { alg: 'ES256', make: () => generateKeyPairSync('ec', { namedCurve: 'P-256' }) },
  { alg: 'EdDSA', make: () => generateKeyPairSync('ed25519') },
] as const

export function publicKeys(): readonly Readonly<Record<string, unknown>>[] {
  return KINDS.map(({ alg, make }) => ({ kid: alg, alg, ...make().publicKey.export({ format: 'jwk' }) }))
}
