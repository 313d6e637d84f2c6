// Parameters, queries and headers of requests.

import { type Static, Type } from 'typebox'
import type { DeepReadonly } from '../../core/deep-readonly.ts'

export const FleetParamsSchema = Type.Object({ fleet: Type.String({ description: 'the name of a fleet' }) })
export type FleetParams = DeepReadonly<Static<typeof FleetParamsSchema>>

export const RevisionParamsSchema = Type.Object({
  number: Type.String({ pattern: '^[1-9]\\d{0,8}$', description: 'the number of a revision, such as 7' }),
})
export type RevisionParams = DeepReadonly<Static<typeof RevisionParamsSchema>>

export const WaitQuerySchema = Type.Object(
  {
    wait: Type.Optional(
      Type.String({
        pattern: '^\\d+(ms|s|m|h)$',
        description: 'a duration such as 500ms, 5s, 2m or 1h',
      }),
    ),
  },
  { additionalProperties: false, description: 'a query such as ?wait=30s' },
)
export type WaitQuery = DeepReadonly<Static<typeof WaitQuerySchema>>

export const IfMatchSchema = Type.Object(
  {
    'if-match': Type.Optional(
      Type.String({ description: 'the ETag of the document that this write replaces, or * for any' }),
    ),
  },
  { additionalProperties: true, description: 'headers' },
)
export type IfMatchHeaders = DeepReadonly<Static<typeof IfMatchSchema>>
