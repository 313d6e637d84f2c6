// Revisions as REST shows them.

import { type Static, Type } from 'typebox'
import type { DeepReadonly } from '../../core/deep-readonly.ts'
import { REVISION_STATUSES } from '../revision-status.ts'
import { ProblemSchema } from './problem.ts'

export const RevisionStatusSchema = Type.Enum([...REVISION_STATUSES], {
  description:
    'pending: nodes have not ACKed it yet. unverified: no node is connected that could. accepted: every node has ACKed it. rejected: a node NACKed it, and it stays in force. rolled_back: a node NACKed it, and the last accepted document is in force again. superseded: a newer revision was written before the verdict.',
})

const REVISION_FIELDS = {
  revision: Type.Integer({ description: 'Its number, from 1.' }),
  etag: Type.String({ description: 'Its ETag, without quotes.' }),
  author: Type.String({ description: 'Name of the token that wrote it; or file, rest or system.' }),
  createdAt: Type.String({ format: 'date-time' }),
  status: RevisionStatusSchema,
  reason: Type.Optional(Type.String({ description: 'Why it has this status.' })),
  problems: Type.Optional(
    Type.Array(ProblemSchema, { description: 'Places in the document that the reason is about.' }),
  ),
}

export const RevisionSchema = Type.Object(REVISION_FIELDS)
export type Revision = DeepReadonly<Static<typeof RevisionSchema>>

export const RevisionWithDocumentSchema = Type.Object({
  ...REVISION_FIELDS,
  document: Type.Unknown({ description: 'The desired state that it holds.' }),
})
export type RevisionWithDocument = DeepReadonly<Static<typeof RevisionWithDocumentSchema>>

export const RevisionListSchema = Type.Object(
  {
    revisions: Type.Array(RevisionSchema, { description: 'Newest first.' }),
    next: Type.Optional(
      Type.Integer({ description: 'The value of `before` for the next page. Missing on the last one.' }),
    ),
  },
  { description: 'A page of revisions, without their documents.' },
)
export type RevisionList = DeepReadonly<Static<typeof RevisionListSchema>>
