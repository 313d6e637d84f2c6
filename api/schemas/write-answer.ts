// Answers to a write: the outcome, and the nodes of the changed fleets.

import { type Static, Type } from 'typebox'
import type { DeepReadonly } from '../../core/deep-readonly.ts'
import { OUTCOMES } from '../outcome.ts'
import { NodeStatusSchema } from './node.ts'
import { PROBLEM_FIELDS, ProblemSchema } from './problem.ts'
import { RevisionStatusSchema } from './revision.ts'

const OutcomeSchema = Type.Enum([...OUTCOMES], {
  description:
    'synced: every node has ACKed. nacked: a node NACKed. pending: the wait ended first. unverified: no node is connected. replaced: a newer revision is in force instead.',
})

const WRITE_FIELDS = {
  outcome: OutcomeSchema,
  revision: Type.Integer({ description: 'The number of the revision that is in force or was followed.' }),
  revisionStatus: RevisionStatusSchema,
  elapsedMs: Type.Integer({
    description: 'From the arrival of the request to this answer, in milliseconds.',
  }),
  reason: Type.Optional(
    Type.String({ description: 'Which revision is in force instead, if it was replaced.' }),
  ),
  warnings: Type.Array(ProblemSchema, {
    description: 'Settings of the document in force that have no effect for some clients, or that are risky.',
  }),
  nodes: Type.Array(NodeStatusSchema, { description: 'Nodes of the fleets that the revision changed.' }),
}

export const WriteAnswerSchema = Type.Object(WRITE_FIELDS)
export type WriteAnswer = DeepReadonly<Static<typeof WriteAnswerSchema>>

/** 409 `nacked` and 504 `pending`: a problem document with the fields of the answer. */
export const WriteProblemSchema = Type.Object(
  { ...PROBLEM_FIELDS, ...WRITE_FIELDS },
  { description: 'A problem document (RFC 9457) with the outcome.' },
)
export type WriteProblem = DeepReadonly<Static<typeof WriteProblemSchema>>
