// `GET /v1/snapshots/{fleet}`: what a fleet is served.

import { type Static, Type } from 'typebox'
import type { DeepReadonly } from '../../core/deep-readonly.ts'

const TypeSnapshotSchema = Type.Object({
  version: Type.String(),
  resources: Type.Record(Type.String(), Type.Unknown(), { description: 'Proto JSON by name.' }),
})

export const SnapshotSchema = Type.Record(Type.String(), TypeSnapshotSchema, {
  description: 'Resources by type URL, with the version of each type.',
})
export type Snapshot = DeepReadonly<Static<typeof SnapshotSchema>>
