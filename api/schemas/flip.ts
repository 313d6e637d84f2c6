// How a revision reaches each node: `GET /v1/revisions/{number}/progress`, and the event `flip`.

import { type Static, Type } from 'typebox'
import type { DeepReadonly } from '../../core/deep-readonly.ts'

const Time = (description: string) => Type.Optional(Type.String({ format: 'date-time', description }))

const FlipLaneSchema = Type.Object({
  node: Type.String({ description: 'The id of the node.' }),
  fleet: Type.String(),
  sentAt: Time('When the first response with the revision was sent to the node.'),
  ackedAt: Time('When the node had ACKed everything that the revision changed.'),
  ackMs: Type.Optional(Type.Number({ description: 'Milliseconds from `sentAt` to `ackedAt`.' })),
  nack: Type.Optional(
    Type.Object(
      {
        message: Type.String({ description: "The node's error text." }),
        path: Type.Optional(
          Type.String({ description: 'Where the NACKed resource comes from in the document.' }),
        ),
      },
      { description: 'Present if the node NACKed the revision.' },
    ),
  ),
  firstCallAt: Time('When the first call by the new policy ended.'),
  firstCallEvidence: Type.Optional(
    Type.Enum(['accessLog', 'stats'], { description: 'What `firstCallAt` was read from.' }),
  ),
  oldConnections: Type.Optional(
    Type.Integer({ minimum: 0, description: 'Open connections that were there before the revision.' }),
  ),
  lastGoneAt: Time('When the last of these connections was closed.'),
})
export type FlipLane = DeepReadonly<Static<typeof FlipLaneSchema>>

export const FlipProgressSchema = Type.Object(
  {
    revision: Type.Integer({ description: 'The number of the revision.' }),
    at: Type.String({ format: 'date-time', description: 'When the control plane began to serve it.' }),
    fleets: Type.Array(Type.String(), { description: 'The fleets whose resources it changed.' }),
    lanes: Type.Array(FlipLaneSchema, {
      description: 'The nodes of these fleets that were connected then, or were sent it since.',
    }),
  },
  { description: 'How far a revision has come on each node.' },
)
export type FlipProgress = DeepReadonly<Static<typeof FlipProgressSchema>>
