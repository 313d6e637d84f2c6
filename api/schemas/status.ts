// `GET /v1/status`, `/healthz` and `/readyz`.

import { type Static, Type } from 'typebox'
import type { DeepReadonly } from '../../core/deep-readonly.ts'
import { SourceStatusSchema } from './endpoints.ts'
import { LbSettingSchema } from './lb.ts'
import { NodeStatusSchema } from './node.ts'
import { ProblemSchema } from './problem.ts'
import { RevisionSchema } from './revision.ts'

const FleetStatusSchema = Type.Object({
  kind: Type.String({ description: 'Such as envoy or proxyless.' }),
  lb: Type.Optional(LbSettingSchema),
})
export type FleetStatus = DeepReadonly<Static<typeof FleetStatusSchema>>

const SecretStatusSchema = Type.Object({
  notAfter: Type.String({
    format: 'date-time',
    description: 'When the first of its certificates expires, or a list of revoked ones.',
  }),
  problems: Type.Array(ProblemSchema, { description: 'What is wrong with its files.' }),
  nacks: Type.Array(Type.Object({ node: Type.String(), fleet: Type.String(), message: Type.String() }), {
    description: "Nodes that NACK it now, with Envoy's text.",
  }),
})

const FileStatusSchema = Type.Object({
  problems: Type.Array(ProblemSchema, {
    description: 'What is wrong with it now, while its content from before stays in force.',
  }),
})

export const StatusSchema = Type.Object(
  {
    revision: Type.Object(RevisionSchema.properties, { description: 'The revision in force.' }),
    acceptedRevision: Type.Union([Type.Integer(), Type.Null()], {
      description: 'Number of the newest accepted revision; null before there is one.',
    }),
    rejectedRevision: Type.Union([RevisionSchema, Type.Null()], {
      description: 'The newest revision that a node NACKed (rejected or rolled_back), or null.',
    }),
    nacks: Type.Array(ProblemSchema, {
      description: 'What nodes NACK now, and where it is in the document.',
    }),
    fleets: Type.Record(Type.String(), FleetStatusSchema, { description: 'By name.' }),
    secrets: Type.Record(Type.String(), SecretStatusSchema, { description: 'Secrets in use, by name.' }),
    files: Type.Record(Type.String(), FileStatusSchema, {
      description: 'Files that switches in use name, by their paths in the document.',
    }),
    endpoints: Type.Record(Type.String(), SourceStatusSchema, {
      description: 'Sources of endpoints beside the document, by the names of upstreams.',
    }),
    nodes: Type.Array(NodeStatusSchema, {
      description: 'All nodes, including those whose node.cluster is not a fleet of the document.',
    }),
  },
  { description: 'Fleets, nodes, secrets, files, sources of endpoints and the revision in force.' },
)
export type Status = DeepReadonly<Static<typeof StatusSchema>>

export const HealthSchema = Type.Object(
  { status: Type.Literal('ok') },
  { description: 'The process answers.' },
)
export type Health = DeepReadonly<Static<typeof HealthSchema>>

export const ReadinessSchema = Type.Object(
  {
    status: Type.Literal('ready'),
    revision: Type.Integer({ description: 'The number of the revision in force.' }),
  },
  { description: 'A revision is served.' },
)
export type Readiness = DeepReadonly<Static<typeof ReadinessSchema>>
