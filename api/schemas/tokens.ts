// The tokens of REST: who may do what, until when, and in which fleets.

import { type Static, Type } from 'typebox'
import type { DeepReadonly } from '../../core/deep-readonly.ts'

export const ROLES = ['viewer', 'operator', 'admin', 'registrar'] as const
export type Role = (typeof ROLES)[number]

export const RoleSchema = Type.Enum([...ROLES], {
  description:
    'A viewer may read; an operator may read and write; an admin may also make and revoke tokens; a registrar may only register endpoints and remove registered ones.',
})

export const FleetsSchema = Type.Array(Type.String({ minLength: 1 }), {
  minItems: 1,
  maxItems: 100,
  uniqueItems: true,
  description: 'The fleets that it is limited to. All fleets if it is missing.',
  examples: [['edge']],
})

/** As a person can type it and a log can show it. */
const NameSchema = Type.String({
  pattern: '^[A-Za-z0-9][A-Za-z0-9._@-]{0,63}$',
  description: 'a name of up to 64 letters, digits or ._@-, which is the author of its writes',
  examples: ['alice'],
})

export const TokenRequestSchema = Type.Object(
  {
    name: NameSchema,
    role: RoleSchema,
    fleets: Type.Optional(FleetsSchema),
    lifetime: Type.Optional(
      Type.String({
        pattern: '^([1-9]\\d{0,3}[sm]|([1-9]\\d{0,2}|[1-7]\\d{3}|8[0-6]\\d\\d|87[0-7]\\d|878[0-4])h)$',
        default: '720h',
        description:
          'how long it is valid, a duration such as 12h, up to 8784h (720h is 30 days, 8784h a year)',
        examples: ['12h'],
      }),
    ),
  },
  {
    additionalProperties: false,
    description: 'A name, a role, and what the token is limited to.',
    examples: [{ name: 'ci', role: 'operator', fleets: ['edge'], lifetime: '12h' }],
  },
)
export type TokenRequest = DeepReadonly<Static<typeof TokenRequestSchema>>

const TOKEN = {
  name: Type.String({ description: 'The author of its writes.' }),
  role: RoleSchema,
  fleets: Type.Optional(FleetsSchema),
  expiresAt: Type.Optional(
    Type.String({
      format: 'date-time',
      description: 'When it ends. Never if it is missing, as in files written by hand.',
    }),
  ),
  isExpired: Type.Boolean({ description: 'Whether that time has passed.' }),
  createdAt: Type.Optional(Type.String({ format: 'date-time', description: 'When REST made it.' })),
  createdBy: Type.Optional(Type.String({ description: 'The caller that made it.' })),
}

export const TokenListSchema = Type.Object(
  { tokens: Type.Array(Type.Object(TOKEN), { description: 'By name, without the tokens themselves.' }) },
  { description: 'The tokens of REST.' },
)
export type TokenList = DeepReadonly<Static<typeof TokenListSchema>>

export const NewTokenSchema = Type.Object(
  { ...TOKEN, token: Type.String({ description: 'The token. No other answer has it.' }) },
  { description: 'A new token.' },
)
export type NewToken = DeepReadonly<Static<typeof NewTokenSchema>>

export const TokenParamsSchema = Type.Object({
  token: Type.String({ description: 'the name of a token', examples: ['ci'] }),
})
export type TokenParams = DeepReadonly<Static<typeof TokenParamsSchema>>
