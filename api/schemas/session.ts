// Login links and sessions: how a browser logs in.

import { type Static, Type } from 'typebox'
import type { DeepReadonly } from '../../core/deep-readonly.ts'
import { FleetsSchema, RoleSchema } from './tokens.ts'

/** Roles of sessions: a viewer may read; an operator may read and write. Tokens have more (`tokens.ts`). */
export const SESSION_ROLES = ['viewer', 'operator'] as const
export type SessionRole = (typeof SESSION_ROLES)[number]

const SessionRoleSchema = Type.Enum([...SESSION_ROLES], {
  description: 'A viewer may read; an operator may read and write.',
})

export const LoginLinkRequestSchema = Type.Object(
  { role: Type.Optional(SessionRoleSchema) },
  {
    additionalProperties: false,
    description:
      'The role of the session: not above that of the caller, which is the default (operator for an admin).',
    examples: [{ role: 'viewer' }],
  },
)
export type LoginLinkRequest = DeepReadonly<Static<typeof LoginLinkRequestSchema>>

export const LoginLinkSchema = Type.Object(
  {
    url: Type.String({
      description: 'The page, with the code in the fragment, which browsers send to nobody: /ui/#login=CODE.',
    }),
    expiresAt: Type.String({ format: 'date-time', description: 'When it can no longer be used.' }),
  },
  { description: 'A link that logs in one browser, once.' },
)
export type LoginLink = DeepReadonly<Static<typeof LoginLinkSchema>>

export const SessionRequestSchema = Type.Object(
  { code: Type.String({ minLength: 1, maxLength: 200, description: 'The code of a login link.' }) },
  { additionalProperties: false, description: 'The code of a login link.' },
)
export type SessionRequest = DeepReadonly<Static<typeof SessionRequestSchema>>

const NAME = Type.String({
  description: 'The author of its writes: the name of the token that made the login link.',
})

export const SessionSchema = Type.Object(
  {
    name: NAME,
    role: SessionRoleSchema,
    expiresAt: Type.String({ format: 'date-time', description: 'When the session ends.' }),
  },
  { description: 'The session of the cookie `switchyard-session-PORT`, which the answer sets.' },
)
export type Session = DeepReadonly<Static<typeof SessionSchema>>

export const CallerSchema = Type.Object(
  {
    name: NAME,
    role: RoleSchema,
    fleets: Type.Optional(FleetsSchema),
    expiresAt: Type.Optional(
      Type.String({ format: 'date-time', description: 'When the session or the token ends.' }),
    ),
  },
  {
    description: 'Who calls: the owner of the session or of the token. Without tokens, "rest", an operator.',
  },
)
export type Caller = DeepReadonly<Static<typeof CallerSchema>>
