// The schema of a caller: what it shows to Envoy.

import { type Static, Type } from 'typebox'
import type { DeepReadonly } from '../../core/deep-readonly.ts'
import { Instant, SentHeaders, STRANGER, strict, Text } from './fields.ts'

export const TAMPERINGS = ['flip', 'unsign', 'cut', 'swell', 'encrypt'] as const

const AnyFields = (description: string) =>
  Type.Optional(Type.Unsafe<Record<string, unknown>>({ type: 'object', description }))

const TokenSchema = Type.Object(
  {
    provider: Text('the name of an entry of jwt in the document'),
    claims: AnyFields('claims such as { sub: alice, roles: [admin] }; null omits one'),
    endsIn: Instant('the end of the token'),
    startsIn: Instant('the time before which the token is not valid'),
    signedBy: Type.Optional(Text(`an entry of jwt whose key signs, or ${STRANGER} for an unknown key`)),
    header: AnyFields('fields of the header such as { kid: other }; null omits one'),
    tamper: Type.Optional(
      Type.Enum([...TAMPERINGS], { description: `how the token is damaged: ${TAMPERINGS.join(', ')}` }),
    ),
    hmac: Type.Optional(
      Type.String({
        description: 'a secret that signs by HMAC, or public-key for the public key as the secret',
      }),
    ),
  },
  { ...strict, description: 'a token such as { provider: main, claims: { sub: alice } }' },
)
/** It is sent in the header that the entry of `jwt` names. */
export type CallerToken = DeepReadonly<Static<typeof TokenSchema>>

const CertificateSchema = Type.Object(
  {
    uri: Type.Optional(Text('a URI such as spiffe://example.org/partner')),
    dns: Type.Optional(Text('a host name such as partner.example.org')),
    signedBy: Type.Optional(Text(`an entry of secrets with a ca, or ${STRANGER} for an unknown authority`)),
    endsIn: Instant('the end of the certificate'),
  },
  { ...strict, description: "a certificate such as { uri: 'spiffe://example.org/partner' }" },
)
/** By default it is signed by the authority that the listener trusts. */
export type CallerCertificate = DeepReadonly<Static<typeof CertificateSchema>>

export const CallerSchema = Type.Object(
  {
    token: Type.Optional(TokenSchema),
    tokens: Type.Optional(
      Type.Array(TokenSchema, { minItems: 1, description: 'a list of tokens of several entries of jwt' }),
    ),
    certificate: Type.Optional(CertificateSchema),
    metadata: SentHeaders('headers of all calls of this caller, such as { x-tenant: blue }'),
    plaintext: Type.Optional(
      Type.Boolean({ description: 'true or false: whether TLS is left out though the listener has it' }),
    ),
  },
  { ...strict, description: 'a caller such as {} or { token: { provider: main } }' },
)
export type Caller = DeepReadonly<Static<typeof CallerSchema>>
