// The events of `GET /v1/events`, by name.

import { type Static, Type } from 'typebox'
import type { DeepReadonly } from '../../core/deep-readonly.ts'
import { type EndpointChange, EndpointChangeSchema } from './endpoints.ts'
import { type FlipProgress, FlipProgressSchema } from './flip.ts'
import { NackSchema, NodeStateSchema } from './node.ts'
import { type Revision, RevisionSchema } from './revision.ts'
import { type TestbedLoad, TestbedLoadSchema } from './testbed.ts'
import { type TrafficSample, TrafficSampleSchema } from './traffic.ts'

const At = Type.String({ format: 'date-time' })
const Count = (description: string) => Type.Integer({ minimum: 0, description })

const HelloEventSchema = Type.Object({
  now: At,
  revision: Type.Integer({ description: 'The number of the revision in force.' }),
  resumed: Type.Boolean({
    description:
      'True if the events since `Last-Event-ID` follow. False: read the status again, because events may be lost.',
  }),
})
/** The first event of every connection. */
export type HelloEvent = DeepReadonly<Static<typeof HelloEventSchema>>

const NodeEventSchema = Type.Object({
  id: Type.String(),
  fleet: Type.String(),
  connected: Type.Boolean(),
  state: NodeStateSchema,
  types: Type.Record(
    Type.String(),
    Type.Object({
      state: NodeStateSchema,
      sentVersion: Type.Optional(Type.String()),
      ackedVersion: Type.Optional(Type.String()),
      nack: Type.Optional(NackSchema),
    }),
    { description: 'By type URL.' },
  ),
})
/** The status of a node after a change. */
export type NodeEvent = DeepReadonly<Static<typeof NodeEventSchema>>

const LoadEventSchema = Type.Object({
  at: At,
  seconds: Type.Number({
    description: 'Since the event before; of the first one, the interval in which nodes report.',
  }),
  fleet: Type.String(),
  truncated: Type.Optional(
    Type.Literal(true, { description: 'There were more rows. Those with the most calls are shown.' }),
  ),
  rows: Type.Array(
    Type.Object({
      upstream: Type.String(),
      node: Type.String({ description: 'The id of the node that reports these calls.' }),
      endpoint: Type.Optional(Type.String({ description: 'Its name in the document, if it has one.' })),
      address: Type.Optional(
        Type.String({ description: 'Missing where clients do not report endpoints one by one.' }),
      ),
      calls: Count('Calls that were started. At L4, each connection is a call.'),
      errors: Count('Calls that ended with an error.'),
    }),
  ),
})
/** What nodes have reported about their calls (LRS) since the event before: the distribution by node and endpoint. */
export type LoadEvent = DeepReadonly<Static<typeof LoadEventSchema>>

const ConnectionsEventSchema = Type.Object({
  at: At,
  seconds: Type.Number({ description: 'How long the interval is.' }),
  fleet: Type.String(),
  truncated: Type.Optional(
    Type.Literal(true, { description: 'There were more connections than the rows show.' }),
  ),
  rows: Type.Array(
    Type.Object({
      node: Type.String(),
      connection: Type.String({ description: "The address and port of the client's end of the connection." }),
      upstream: Type.String(),
      address: Type.String({ description: 'The backend that was called.' }),
      calls: Count('Calls that ended in this interval. At L4, connections that began in it.'),
      errors: Count('Those of them that failed.'),
    }),
  ),
})
/** Calls by downstream connection and backend, from access logs. */
export type ConnectionsEvent = DeepReadonly<Static<typeof ConnectionsEventSchema>>

/** The schema of each event's data. */
export const EVENT_SCHEMAS = {
  hello: HelloEventSchema,
  revision: RevisionSchema,
  node: NodeEventSchema,
  nodes: Type.Array(NodeEventSchema),
  endpoints: EndpointChangeSchema,
  flip: FlipProgressSchema,
  traffic: TrafficSampleSchema,
  load: LoadEventSchema,
  connections: ConnectionsEventSchema,
  testbed: TestbedLoadSchema,
} as const

/** The data of each event. */
export interface EventData {
  /** First on every connection. */
  readonly hello: HelloEvent
  /** A revision was written, or its status changed. */
  readonly revision: Revision
  /** A node changed; at most four a second for each node. */
  readonly node: NodeEvent
  /** Many nodes changed at once. */
  readonly nodes: readonly NodeEvent[]
  /** A source of endpoints changed what is served of an upstream. */
  readonly endpoints: EndpointChange
  /** A lane of a revision changed; at most five a second. The whole progress each time. */
  readonly flip: FlipProgress
  readonly traffic: TrafficSample
  readonly load: LoadEvent
  readonly connections: ConnectionsEvent
  /** The load of the testbed was changed; and each second while it runs. */
  readonly testbed: TestbedLoad
}
export type EventName = keyof EventData

export const EventStreamSchema = Type.String({
  description:
    'Server-sent events. `event` is a name of the list above, `data` is JSON, `id` is opaque. A comment line comes every 15 seconds.',
})
