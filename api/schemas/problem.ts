// Problem documents: https://www.rfc-editor.org/rfc/rfc9457

import { type Static, Type } from 'typebox'
import type { DeepReadonly } from '../../core/deep-readonly.ts'

/** One problem of a request or of a NACKed revision. */
export const ProblemSchema = Type.Object(
  {
    path: Type.String({ description: 'Path in the document, such as fleets.edge.lb.policy.' }),
    message: Type.String({ description: 'What is wrong there.' }),
  },
  { description: 'One problem, and where it is.' },
)

export const PROBLEM_FIELDS = {
  type: Type.String({ description: 'urn:switchyard:error:CODE, with a code of docs/errors.md.' }),
  title: Type.String({ description: 'The code in words.' }),
  status: Type.Integer({ description: 'The HTTP status.' }),
  detail: Type.String({ description: 'What is wrong, where, and how to fix it.' }),
  problems: Type.Array(ProblemSchema, { description: 'All problems; empty if `detail` says everything.' }),
}

export const ProblemDocumentSchema = Type.Object(PROBLEM_FIELDS, {
  description: 'A problem document (RFC 9457).',
})
export type ProblemDocument = DeepReadonly<Static<typeof ProblemDocumentSchema>>
