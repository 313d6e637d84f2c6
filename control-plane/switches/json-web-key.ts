// What a public key has to hold as a JWK, which its schema cannot say: https://www.rfc-editor.org/rfc/rfc7518#section-6

import { createPublicKey, type JsonWebKey } from 'node:crypto'
import type { PlacedProblem } from './placed-problem.ts'

/** What only the owner of a key may hold. */
const PRIVATE_PARTS = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k']

export const KEY_TYPES = ['RSA', 'EC', 'OKP'] as const
export const ALGORITHMS = ['RS256', 'ES256', 'EdDSA'] as const

interface KeyType {
  readonly alg: (typeof ALGORITHMS)[number]
  readonly crv?: string
  /** Its numbers, with their size in bytes where that is fixed. */
  readonly numbers: Readonly<Record<string, { readonly is: string; readonly bytes?: number }>>
}

const BY_TYPE: Readonly<Record<(typeof KEY_TYPES)[number], KeyType>> = {
  RSA: { alg: 'RS256', numbers: { n: { is: 'the modulus' }, e: { is: 'the exponent' } } },
  EC: {
    alg: 'ES256',
    crv: 'P-256',
    numbers: { x: { is: 'the x coordinate', bytes: 32 }, y: { is: 'the y coordinate', bytes: 32 } },
  },
  OKP: { alg: 'EdDSA', crv: 'Ed25519', numbers: { x: { is: 'the public key', bytes: 32 } } },
}

/** Smaller ones must not be used with RS256: https://www.rfc-editor.org/rfc/rfc7518#section-3.3. BoringSSL takes no larger ones. */
const RSA_BITS = { least: 2_048, most: 16_384 }
/** 3 and 65537. Envoy takes no others. */
const RSA_EXPONENTS = ['Aw', 'AQAB']

/** A key may hold more, such as `use`, and Envoy does not look at it. */
const READ_BY_ENVOY = ['kid', 'kty', 'alg', 'crv', 'n', 'e', 'x', 'y']

export function withoutUnread(key: WrittenKey): Partial<WrittenKey> {
  return Object.fromEntries(Object.entries(key).filter(([part]) => READ_BY_ENVOY.includes(part)))
}

export interface WrittenKey {
  readonly kty: (typeof KEY_TYPES)[number]
  readonly alg: (typeof ALGORITHMS)[number]
  readonly [part: string]: unknown
}

/** All that is wrong with a key, without its content. */
export function* problemsOfKey(key: WrittenKey): Iterable<PlacedProblem> {
  for (const part of PRIVATE_PARTS.filter((name) => name in key)) {
    const message =
      'is part of a private key: write the public key only, and replace the key, because it is exposed now'
    yield { steps: [part], message }
  }
  const { alg, crv } = BY_TYPE[key.kty]
  if (key.alg !== alg) {
    yield { steps: ['alg'], message: `must be ${alg} for a key with kty: ${key.kty}, not ${key.alg}` }
  }
  if (crv !== undefined && key.crv !== crv) {
    const message = `${key.crv === undefined ? 'is missing: write' : 'must be'} ${crv}, the curve of ${alg}`
    yield { steps: ['crv'], message }
  }
  const wrong = [...problemsOfNumbers(key)]
  yield* wrong
  if (wrong.length === 0 && key.kty === 'RSA') yield* problemsOfRsa(key)
  if (wrong.length === 0 && key.kty === 'EC' && key.crv === crv && !isPoint(key)) {
    yield {
      steps: ['x'],
      message: `does not give a point of ${crv} together with y: write x and y as the issuer gives them`,
    }
  }
}

function* problemsOfNumbers(key: WrittenKey): Iterable<PlacedProblem> {
  for (const [part, { is, bytes }] of Object.entries(BY_TYPE[key.kty].numbers)) {
    const value = key[part]
    if (value === undefined) {
      yield { steps: [part], message: `is missing: write ${is} in base64url` }
      continue
    }
    const content = typeof value === 'string' ? readBase64Url(value) : undefined
    if (content === undefined) {
      yield { steps: [part], message: `must be ${is} in base64url, without = at the end` }
    } else if (bytes !== undefined && content.length !== bytes) {
      yield { steps: [part], message: `must be ${is} with ${bytes} bytes, not ${content.length}` }
    }
  }
}

function* problemsOfRsa({ n, e }: WrittenKey): Iterable<PlacedProblem> {
  const modulus = BigInt(`0x${readBase64Url(String(n))?.toString('hex') ?? '0'}`)
  const bits = modulus.toString(2).length
  if (bits < RSA_BITS.least || bits > RSA_BITS.most) {
    const message = `must have ${RSA_BITS.least} to ${RSA_BITS.most} bits, not ${bits}: use a key of that size`
    yield { steps: ['n'], message }
  } else if (modulus % 2n === 0n) {
    yield { steps: ['n'], message: 'is an even number, which no RSA key has: write n as the issuer gives it' }
  }
  if (!RSA_EXPONENTS.includes(String(e))) {
    const message = 'must be AQAB (65537) or Aw (3): Envoy takes keys with no other exponent'
    yield { steps: ['e'], message }
  }
}

/** @returns undefined for a text that is empty or not what the encoder writes */
function readBase64Url(text: string): Buffer | undefined {
  const content = Buffer.from(text, 'base64url')
  return content.length > 0 && content.toString('base64url') === text ? content : undefined
}

function isPoint({ kty, crv, x, y }: WrittenKey): boolean {
  try {
    createPublicKey({ key: { kty, crv, x, y } as JsonWebKey, format: 'jwk' })
    return true
  } catch {
    return false
  }
}
