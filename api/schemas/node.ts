// The status of a node, as REST shows it.

import { type Static, Type } from 'typebox'
import type { DeepReadonly } from '../../core/deep-readonly.ts'
import { NODE_STATES } from '../node-state.ts'
import { ProblemSchema } from './problem.ts'

export const NodeStateSchema = Type.Enum([...NODE_STATES], {
  description:
    'NOT_SENT: something is still to be sent or requested. STALE: sent, not answered. SYNCED: ACKed. MISSING: waits for names that it is not served. UNKNOWN: NACKed, but perhaps an earlier version. NACKED: NACKed. DISCONNECTED: no open stream.',
})

export const NackSchema = Type.Object({
  version: Type.String({ description: 'The version that the node NACKed.' }),
  nonce: Type.String(),
  code: Type.Integer({ description: 'The gRPC status code in the NACK.' }),
  message: Type.String({ description: "The node's error text." }),
  names: Type.Array(Type.String(), { description: 'Resource names in the NACKed response.' }),
})

const MissingSchema = Type.Object(
  {
    count: Type.Integer(),
    names: Type.Array(Type.String(), { description: 'The first 100.' }),
    errors: Type.Optional(
      Type.Array(
        Type.Object({
          name: Type.String(),
          code: Type.Integer({ description: 'A gRPC status code, mostly 5 (NOT_FOUND).' }),
          message: Type.String(),
        }),
        { description: 'Why the first 20 are missing. Absent if the node is disconnected.' },
      ),
    ),
  },
  { description: 'Names that the node asks for and is not served. It waits for them.' },
)

const TypeStatusSchema = Type.Object({
  state: NodeStateSchema,
  wildcard: Type.Boolean({ description: 'Whether the node subscribes to all resources of the type.' }),
  names: Type.Integer({ description: 'How many names the node subscribes to.' }),
  subscribed: Type.Optional(Type.Array(Type.String(), { description: 'The first 20 of these names.' })),
  sentVersion: Type.Optional(Type.String()),
  ackedVersion: Type.Optional(Type.String()),
  nack: Type.Optional(NackSchema),
  missing: Type.Optional(MissingSchema),
})
export type TypeStatus = DeepReadonly<Static<typeof TypeStatusSchema>>

const PendingSchema = Type.Object({
  typeUrl: Type.String(),
  version: Type.String(),
  nonce: Type.String(),
  sentAt: Type.String({ format: 'date-time' }),
})

const StreamSchema = Type.Object({
  id: Type.Integer(),
  protocol: Type.Enum(['sotw', 'delta']),
  aggregated: Type.Boolean({ description: 'True for ADS, false for a service of one type.' }),
  peer: Type.String({ description: 'The address of the client.' }),
  openedAt: Type.String({ format: 'date-time' }),
  state: Type.Enum([...NODE_STATES], {
    description: 'The state of the client that the stream belongs to: several clients can have one node.id.',
  }),
  pending: Type.Array(PendingSchema, {
    description: 'The oldest unanswered response of each type. Later pushes may wait for its answer.',
  }),
  replaced: Type.Optional(
    Type.Literal(true, {
      description: 'The client has opened a newer stream. This one is probably dead and does not count.',
    }),
  ),
})

export const NodeStatusSchema = Type.Object({
  id: Type.String({ description: 'node.id of its bootstrap.' }),
  fleet: Type.String({ description: 'node.cluster of its bootstrap.' }),
  connected: Type.Boolean(),
  state: NodeStateSchema,
  client: Type.Optional(
    Type.Object(
      {
        name: Type.String({ description: 'Such as envoy or gRPC Go.' }),
        version: Type.Optional(Type.String()),
      },
      { description: 'What the client says it is (user_agent_name and version of its node).' },
    ),
  ),
  lacks: Type.Optional(
    Type.Array(ProblemSchema, {
      description:
        'In the status: settings that reach the node and that its client does not support. None if absent.',
    }),
  ),
  streams: Type.Array(StreamSchema),
  types: Type.Record(Type.String(), TypeStatusSchema, { description: 'By type URL.' }),
  left: Type.Optional(
    Type.Array(PendingSchema, {
      description:
        'Its last stream that ended left these responses unanswered: it may have crashed on them. Gone when it opens a stream.',
    }),
  ),
  pinned: Type.Optional(
    Type.Literal(true, {
      description: 'It connected while a revision was pending, and is served the last accepted one.',
    }),
  ),
})
export type NodeStatus = DeepReadonly<Static<typeof NodeStatusSchema>>

export const DisconnectedSchema = Type.Object({
  fleet: Type.String(),
  node: Type.String(),
  streams: Type.Integer({ description: 'How many streams it had.' }),
})
export type Disconnected = DeepReadonly<Static<typeof DisconnectedSchema>>
