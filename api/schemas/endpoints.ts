// Endpoints of an upstream: those of the document, and those of its source. And how they register themselves.

import { type Static, Type } from 'typebox'
import type { DeepReadonly } from '../../core/deep-readonly.ts'
import { ProblemSchema } from './problem.ts'

/** As in a document. The control plane replaces this by the schema that it validates documents with. */
const ENDPOINT = {
  address: Type.String({ description: 'An address such as 10.0.0.7:8080.' }),
  additionalAddresses: Type.Optional(Type.Array(Type.String())),
  weight: Type.Optional(Type.Integer()),
  state: Type.Optional(Type.String()),
  locality: Type.Optional(
    Type.Object({
      region: Type.Optional(Type.String()),
      zone: Type.Optional(Type.String()),
      subZone: Type.Optional(Type.String()),
    }),
  ),
  priority: Type.Optional(Type.Integer()),
  labels: Type.Optional(Type.Record(Type.String(), Type.String())),
}

/** Fields of endpoints that this list does not have are in the document's schema. */
const withFields = { additionalProperties: true }

/** The body of `putEndpoint`. */
export const RegistrationRequestSchema = Type.Object(
  {
    ...ENDPOINT,
    lease: Type.Optional(
      Type.String({ description: 'How long it stays without being registered again, such as 30s.' }),
    ),
  },
  { ...withFields, description: 'An endpoint as a document has it, and its lease.' },
)
export type RegistrationRequest = DeepReadonly<Static<typeof RegistrationRequestSchema>>

export const UpstreamEndpointSchema = Type.Object(
  {
    id: Type.String({ description: 'Its name.' }),
    from: Type.String({
      description:
        'Where it comes from: document, or the source of the upstream, such as registration or file.',
    }),
    served: Type.Boolean({ description: 'False if another endpoint has its name or its address.' }),
    ...ENDPOINT,
    lease: Type.Optional(Type.String({ description: 'Of a registered endpoint: the whole lease.' })),
    remainingMs: Type.Optional(
      Type.Integer({ minimum: 0, description: 'Of a registered endpoint: what is left of the lease.' }),
    ),
  },
  withFields,
)
export type UpstreamEndpoint = DeepReadonly<Static<typeof UpstreamEndpointSchema>>

export const SourceStatusSchema = Type.Object({
  source: Type.String({ description: 'What gives endpoints, such as registration or file.' }),
  answered: Type.Boolean({
    description:
      'Whether it has answered since the control plane started. Until then the endpoints from before are served.',
  }),
  endpoints: Type.Integer({ minimum: 0, description: 'How many of its endpoints are served.' }),
  changes: Type.Integer({
    minimum: 0,
    description: 'How often it has changed what is served, since the control plane started.',
  }),
  changedAt: Type.Optional(
    Type.String({ format: 'date-time', description: 'When it last changed what is served.' }),
  ),
  leasesEnded: Type.Optional(
    Type.Integer({ minimum: 0, description: 'Leases that ended since the control plane started.' }),
  ),
  problems: Type.Array(ProblemSchema, {
    description: 'What is wrong with its newest answer, while the endpoints from before stay in force.',
  }),
})
export type SourceStatus = DeepReadonly<Static<typeof SourceStatusSchema>>

export const UpstreamEndpointsSchema = Type.Object(
  {
    upstream: Type.String(),
    source: Type.Union([SourceStatusSchema, Type.Null()], {
      description: 'What gives endpoints beside the document, or null.',
    }),
    endpoints: Type.Array(UpstreamEndpointSchema, { description: 'By name.' }),
  },
  { description: 'The endpoints of an upstream, and where each comes from.' },
)
export type UpstreamEndpoints = DeepReadonly<Static<typeof UpstreamEndpointsSchema>>

export const EndpointChangeSchema = Type.Object({
  at: Type.String({ format: 'date-time' }),
  upstream: Type.String(),
  ...SourceStatusSchema.properties,
  added: Type.Array(Type.String(), { description: 'Names of endpoints, at most 100.' }),
  removed: Type.Array(Type.String(), { description: 'Names of endpoints, at most 100.' }),
  changed: Type.Array(Type.String(), { description: 'Names of endpoints, at most 100.' }),
})
/** A source of endpoints has changed what is served. */
export type EndpointChange = DeepReadonly<Static<typeof EndpointChangeSchema>>
