// What the API document says of each operation: parameters, answers and errors.

import { type Static, type TSchema, Type } from 'typebox'
import { REVISION_STATUSES } from '../store/revision.ts'

const PlaceSchema = Type.Object({ path: Type.String(), message: Type.String() })

const ProblemSchema = Type.Object(
  {
    type: Type.String({ description: 'urn:switchyard:error:CODE, with a code of docs/errors.md' }),
    title: Type.String(),
    status: Type.Integer(),
    detail: Type.String(),
    problems: Type.Array(PlaceSchema),
  },
  { description: 'A problem document (RFC 9457)', additionalProperties: true },
)

const RevisionFields = {
  revision: Type.Integer({ description: 'its number' }),
  etag: Type.String(),
  author: Type.String(),
  createdAt: Type.String({ format: 'date-time' }),
  status: Type.Enum([...REVISION_STATUSES]),
  reason: Type.Optional(Type.String({ description: 'why it has its status' })),
  problems: Type.Optional(Type.Array(PlaceSchema)),
}

const RevisionInfoSchema = Type.Object(RevisionFields)
export const RevisionSchema = Type.Object({ ...RevisionFields, document: Type.Unknown() })
export const RevisionListSchema = Type.Object({ revisions: Type.Array(RevisionInfoSchema) })

const NodeSchema = Type.Object(
  {
    id: Type.String(),
    group: Type.String({ description: 'the fleet' }),
    connected: Type.Boolean(),
    state: Type.Enum(['NOT_SENT', 'STALE', 'SYNCED', 'NACKED', 'DISCONNECTED']),
  },
  { additionalProperties: true },
)

export const StatusSchema = Type.Object({
  revision: RevisionInfoSchema,
  acceptedRevision: Type.Union([Type.Integer(), Type.Null()]),
  refusedRevision: Type.Union([RevisionInfoSchema, Type.Null()]),
  refusals: Type.Array(PlaceSchema),
  fleets: Type.Object({}, { additionalProperties: true }),
  secrets: Type.Object(
    {},
    { additionalProperties: true, description: 'when each expires, and what is wrong with its files' },
  ),
  nodes: Type.Array(NodeSchema),
})

const AnswerSchema = Type.Object(
  {
    outcome: Type.Enum(['synced', 'nacked', 'pending', 'unverified']),
    revision: Type.Integer(),
    revisionStatus: Type.Enum([...REVISION_STATUSES]),
    elapsedMs: Type.Integer(),
    nodes: Type.Array(NodeSchema),
  },
  { additionalProperties: true },
)

const WRITE_ANSWERS = {
  200: { ...AnswerSchema, description: 'Every node has it' },
  202: { ...AnswerSchema, description: 'No node is connected, or there was no wait' },
}

export const FleetParamsSchema = Type.Object({ fleet: Type.String({ description: 'the name of a fleet' }) })
export type FleetParams = Static<typeof FleetParamsSchema>

export const RevisionParamsSchema = Type.Object({
  number: Type.String({ pattern: '^[1-9]\\d{0,8}$', description: 'the number of a revision, such as 7' }),
})
export type RevisionParams = Static<typeof RevisionParamsSchema>

export const IfMatchSchema = Type.Object(
  {
    'if-match': Type.Optional(
      Type.String({ description: 'the ETag of the document that is written over, or *' }),
    ),
  },
  { additionalProperties: true, description: 'headers' },
)

/** What a route's schema says besides its input. */
export function describeOperation(
  operationId: string,
  summary: string,
  answers: Readonly<Record<number, TSchema>> | 'write',
) {
  return {
    operationId,
    summary,
    response: {
      ...(answers === 'write' ? WRITE_ANSWERS : answers),
      default: {
        content: { 'application/problem+json': { schema: ProblemSchema } },
        description: 'A problem document',
      },
    },
  }
}
