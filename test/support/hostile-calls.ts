// Random calls that must all be denied: tokens, headers and paths that come close to a valid call.

import fc from 'fast-check'
import type { RawCall } from './raw-call.ts'
import { PUT, UNARY } from './secured-edge.ts'

/** Tokens that an attacker could have. */
export interface StolenTokens {
  /** Valid: it is sent only with a change. */
  readonly good: string
  /** Valid for another audience. */
  readonly elsewhere: string
  /** Expired. */
  readonly expired: string
  /** Signed with an unknown key. */
  readonly stranger: string
}

const hostileBytes = fc
  .uint8Array({ minLength: 1, maxLength: 60 })
  // Node does not send control characters.
  .map((bytes) =>
    Buffer.from(bytes.map((byte) => (byte < 0x20 || byte === 0x7f ? 0x2e : byte))).toString('latin1'),
  )

const base64url = fc.uint8Array({ maxLength: 80 }).map((bytes) => Buffer.from(bytes).toString('base64url'))

/** A token with one character of its signed text replaced, so that the signature does not match. */
function forged(token: string): fc.Arbitrary<string> {
  const signed = token.slice(0, token.lastIndexOf('.'))
  return fc.tuple(fc.nat(signed.length - 1), fc.constantFrom(...'Aa0_-.=')).map(([at, character]) => {
    const other = signed[at] === character ? 'B' : character
    return `${signed.slice(0, at)}${other}${token.slice(at + 1)}`
  })
}

function tokens({ good, elsewhere, expired, stranger }: StolenTokens): fc.Arbitrary<string> {
  const whole = fc.constantFrom(elsewhere, expired, stranger)
  const parts = [elsewhere, expired, stranger].flatMap((token) => token.split('.'))
  return fc.oneof(
    whole,
    fc.constantFrom(good, elsewhere, expired, stranger).chain(forged),
    fc.array(fc.oneof(fc.constantFrom(...parts), base64url), { maxLength: 6 }).map((some) => some.join('.')),
    hostileBytes,
    fc.constant(''),
  )
}

const schemes = fc.constantFrom('Bearer ', 'bearer ', 'Bearer  ', 'Basic ', '', 'Bearer\u00a0', 'DPoP ')

function paths(token: fc.Arbitrary<string>): fc.Arbitrary<string> {
  const pieces = fc.oneof(
    fc.constantFrom(
      '/',
      '//',
      '/./',
      '/../',
      '%2f',
      '%2F',
      '%5c',
      '%2e%2e',
      ';',
      ';x=1',
      '?',
      '#',
      '%00',
      '%',
      '\\',
    ),
    hostileBytes.map((text) => encodeURIComponent(text).slice(0, 20)),
  )
  const method = fc.constantFrom(UNARY, PUT)
  return fc.oneof(
    { weight: 3, arbitrary: method },
    {
      weight: 1,
      arbitrary: fc.tuple(method, token).map(([path, text]) => `${path}?access_token=${encodeURI(text)}`),
    },
    {
      weight: 3,
      arbitrary: fc.tuple(method, fc.nat(40), pieces).map(([path, at, piece]) => {
        const place = 1 + (at % path.length)
        return `${path.slice(0, place)}${piece}${path.slice(place)}`
      }),
    },
  )
}

const NAMES = [
  'x-user',
  'x-role',
  'x-tenant',
  'x-device-token',
  'x-envoy-original-path',
  'x-envoy-internal',
  'x-envoy-external-address',
  'x-forwarded-for',
  'x-forwarded-client-cert',
  'x-http-method-override',
  'x-original-url',
  'x-rewrite-url',
  'cookie',
  'grpc-timeout',
]
const headers = fc.dictionary(
  fc.constantFrom(...NAMES),
  fc.oneof(
    fc.constantFrom('root', 'admin', '127.0.0.1', 'true', 'URI=spiffe://switchyard/admin', PUT, '1S'),
    hostileBytes,
    fc.array(hostileBytes, { minLength: 2, maxLength: 3 }),
  ),
  { maxKeys: 4 },
)

/** Calls that every policy with required tokens denies. */
export function hostileCalls(stolen: StolenTokens): fc.Arbitrary<RawCall> {
  const token = tokens(stolen)
  const authorization = fc
    .array(
      fc.tuple(schemes, token).map(([scheme, text]) => `${scheme}${text}`),
      { maxLength: 2 },
    )
    .map((values) => (values.length === 0 ? {} : { authorization: values }))
  return fc
    .tuple(paths(token), headers, authorization)
    .map(([path, some, bearer]) => ({ path, headers: { ...some, ...bearer } }))
}
