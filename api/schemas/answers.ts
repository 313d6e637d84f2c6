// The answers of every operation, by HTTP status. Any other status carries a problem document.

import { type TSchema, Type } from 'typebox'
import type { OperationId } from '../operations.ts'
import { DashboardListSchema, PanelValuesSchema } from './dashboards.ts'
import { UpstreamEndpointSchema, UpstreamEndpointsSchema } from './endpoints.ts'
import { EventStreamSchema } from './events.ts'
import { FlipProgressSchema } from './flip.ts'
import { LbSettingSchema } from './lb.ts'
import { LoadSchema } from './load.ts'
import { DisconnectedSchema } from './node.ts'
import { RevisionListSchema, RevisionWithDocumentSchema } from './revision.ts'
import { CallerSchema, LoginLinkSchema, SessionSchema } from './session.ts'
import { SnapshotSchema } from './snapshot.ts'
import { HealthSchema, ReadinessSchema, StatusSchema } from './status.ts'
import { TestbedLoadSchema } from './testbed.ts'
import { NewTokenSchema, TokenListSchema } from './tokens.ts'
import { TrafficSchema } from './traffic.ts'
import { WriteAnswerSchema, WriteProblemSchema } from './write-answer.ts'

export type Answers = Readonly<Record<number, TSchema>>

const NOT_MODIFIED = Type.Null({ description: 'The document is still the one of `If-None-Match`. No body.' })

/** The desired state. The control plane replaces this schema by the one that it validates documents with. */
export const DocumentSchema = Type.Object(
  {},
  { additionalProperties: true, description: 'The desired state.' },
)

function writeAnswers(schema: TSchema, problem: TSchema): Answers {
  return {
    200: { ...schema, description: 'Every node of the changed fleets has ACKed.' },
    202: {
      ...schema,
      description: 'No node is connected, a newer revision is in force, or the request has no `wait`.',
    },
    409: { ...problem, description: 'A node NACKed.' },
    504: { ...problem, description: 'The wait ended before every node had answered.' },
  }
}

const WRITE_ANSWERS = writeAnswers(WriteAnswerSchema, WriteProblemSchema)

/** Options of the policy come on top: which ones depends on the policy. */
const withLb = { additionalProperties: true }
const LbWriteAnswerSchema = Type.Object(
  { ...WriteAnswerSchema.properties, ...LbSettingSchema.properties },
  withLb,
)
const LbWriteProblemSchema = Type.Object(
  { ...WriteProblemSchema.properties, ...LbSettingSchema.properties },
  withLb,
)

export const ANSWERS: Readonly<Record<OperationId, Answers>> = {
  getConfig: { 200: DocumentSchema, 304: NOT_MODIFIED },
  putConfig: WRITE_ANSWERS,
  patchConfig: WRITE_ANSWERS,
  getLb: { 200: LbSettingSchema, 304: NOT_MODIFIED },
  putLb: writeAnswers(LbWriteAnswerSchema, LbWriteProblemSchema),
  listEndpoints: { 200: UpstreamEndpointsSchema },
  putEndpoint: {
    200: { ...UpstreamEndpointSchema, description: 'It was registered before. Its lease begins anew.' },
    201: { ...UpstreamEndpointSchema, description: 'It is new.' },
  },
  deleteEndpoint: { 204: Type.Null({ description: 'It is no longer served. No body.' }) },
  listRevisions: { 200: RevisionListSchema },
  getRevision: {
    ...WRITE_ANSWERS,
    200: Type.Union([RevisionWithDocumentSchema, WriteAnswerSchema], {
      description: 'The revision; or, with `wait`, that every node has ACKed it.',
    }),
  },
  getProgress: { 200: FlipProgressSchema },
  getEvents: { 200: EventStreamSchema },
  getStatus: { 200: StatusSchema },
  getLoad: { 200: LoadSchema },
  getTestbedLoad: { 200: TestbedLoadSchema },
  putTestbedLoad: { 200: TestbedLoadSchema },
  getTraffic: { 200: TrafficSchema },
  listDashboards: { 200: DashboardListSchema },
  getPanel: { 200: PanelValuesSchema },
  getSnapshot: { 200: SnapshotSchema },
  deleteStreams: { 200: DisconnectedSchema },
  createLoginLink: { 201: LoginLinkSchema },
  createSession: { 201: SessionSchema },
  getSession: { 200: CallerSchema },
  deleteSession: { 204: Type.Null({ description: 'The session has ended. No body.' }) },
  listTokens: { 200: TokenListSchema },
  createToken: { 201: NewTokenSchema },
  deleteToken: { 204: Type.Null({ description: 'It is invalid from now on. No body.' }) },
  getHealth: { 200: HealthSchema },
  getReadiness: { 200: ReadinessSchema },
}
