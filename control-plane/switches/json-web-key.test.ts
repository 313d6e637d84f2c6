// Public keys that Envoy would NACK, each with the twin that is accepted.

import { generateKeyPairSync } from 'node:crypto'
import t from 'tap'
import { problemsOfKey, type WrittenKey, withoutUnread } from './json-web-key.ts'

const RSA = {
  kid: 'k',
  kty: 'RSA',
  alg: 'RS256',
  ...exported(generateKeyPairSync('rsa', { modulusLength: 2_048 })),
}
const EC = {
  kid: 'k',
  kty: 'EC',
  alg: 'ES256',
  ...exported(generateKeyPairSync('ec', { namedCurve: 'P-256' })),
}
const OKP = { kid: 'k', kty: 'OKP', alg: 'EdDSA', ...exported(generateKeyPairSync('ed25519')) }

function exported({ publicKey }: ReturnType<typeof generateKeyPairSync>) {
  return publicKey.export({ format: 'jwk' })
}

/** An odd number with this many bits. */
function modulusOf(bits: number): string {
  return Buffer.from(
    ((1n << BigInt(bits - 1)) + 1n).toString(16).padStart(Math.ceil(bits / 8) * 2, '0'),
    'hex',
  ).toString('base64url')
}

const bytes = (length: number) => Buffer.alloc(length, 7).toString('base64url')

function problemsAt(key: object): Readonly<Record<string, string>> {
  const problems = [...problemsOfKey(key as WrittenKey)]
  return Object.fromEntries(problems.map(({ steps, message }) => [steps.join('.'), message]))
}

for (const key of [RSA, EC, OKP]) {
  t.test(`a public ${key.kty} key is accepted`, async (t) => t.strictSame(problemsAt(key), {}))
}

t.test(
  'RSA keys of the smallest and the largest size, and with the other exponent, are accepted',
  async (t) => {
    for (const n of [modulusOf(2_048), modulusOf(16_384)]) t.strictSame(problemsAt({ ...RSA, n }), {})
    t.strictSame(problemsAt({ ...RSA, e: 'Aw' }), {})
  },
)

t.test(
  'Envoy gets nothing of a key that it does not read, which might be nested too deep for it',
  async (t) => {
    t.strictSame(withoutUnread({ ...OKP, use: 'sig', more: { a: [] } } as unknown as WrittenKey), OKP)
  },
)

const CASES: readonly { readonly title: string; readonly key: object; readonly problems: object }[] = [
  {
    title: 'an RSA key without its numbers',
    key: { kid: 'k', kty: 'RSA', alg: 'RS256' },
    problems: { n: /is missing: write the modulus/, e: /is missing: write the exponent/ },
  },
  {
    title: 'an EC key without its numbers',
    key: { kid: 'k', kty: 'EC', alg: 'ES256' },
    problems: { crv: /is missing: write P-256/, x: /is missing/, y: /is missing/ },
  },
  {
    title: 'an OKP key without its numbers',
    key: { kid: 'k', kty: 'OKP', alg: 'EdDSA' },
    problems: { crv: /is missing: write Ed25519/, x: /is missing: write the public key/ },
  },
  {
    title: 'an algorithm of another type',
    key: { ...RSA, alg: 'ES256' },
    problems: { alg: /must be RS256/ },
  },
  {
    title: 'another curve',
    key: { ...EC, crv: 'P-384' },
    problems: { crv: /must be P-256, the curve of ES256/ },
  },
  {
    title: 'a curve without signatures',
    key: { ...OKP, crv: 'X25519' },
    problems: { crv: /must be Ed25519/ },
  },
  {
    title: 'a number that is no text',
    key: { ...RSA, n: 5 },
    problems: { n: /must be the modulus in base64url/ },
  },
  { title: 'an empty number', key: { ...RSA, n: '' }, problems: { n: /must be the modulus in base64url/ } },
  { title: 'another alphabet', key: { ...OKP, x: `+${OKP.x?.slice(1)}` }, problems: { x: /base64url/ } },
  { title: 'padding', key: { ...OKP, x: `${OKP.x}=` }, problems: { x: /base64url, without =/ } },
  { title: 'a short key', key: { ...OKP, x: bytes(31) }, problems: { x: /with 32 bytes, not 31/ } },
  {
    title: 'a point that is not on the curve',
    key: { ...EC, y: bytes(32) },
    problems: { x: /a point of P-256/ },
  },
  {
    title: 'a small RSA key',
    key: { ...RSA, n: modulusOf(2_047) },
    problems: { n: /2048 to 16384 bits, not 2047/ },
  },
  {
    title: 'a huge RSA key',
    key: { ...RSA, n: modulusOf(16_385) },
    problems: { n: /2048 to 16384 bits, not 16385/ },
  },
  {
    title: 'an even modulus',
    key: { ...RSA, n: Buffer.alloc(256, 0x82).toString('base64url') },
    problems: { n: /is an even number/ },
  },
  {
    title: 'another exponent',
    key: { ...RSA, e: 'BQ' },
    problems: { e: /must be AQAB \(65537\) or Aw \(3\)/ },
  },
  { title: 'a private key', key: { ...RSA, d: 'dont-tell' }, problems: { d: /is part of a private key/ } },
]

for (const { title, key, problems } of CASES) {
  t.test(`${title}: rejected`, async (t) => {
    const found = problemsAt(key)
    t.strictSame(Object.keys(found).toSorted(), Object.keys(problems).toSorted())
    t.match(found, problems)
  })
}
