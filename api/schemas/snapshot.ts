// `GET /v1/snapshots/{fleet}`: what a fleet is served.

import { type Static, Type } from 'typebox'
import type { DeepReadonly } from '../../core/deep-readonly.ts'

const TypeSnapshotSchema = Type.Object({
  version: Type.String(),
  resources: Type.Record(Type.String(), Type.Unknown(), { description: 'Proto JSON by name.' }),
  patched: Type.Optional(
    Type.Record(
      Type.String(),
      Type.Array(
        Type.Object({
          path: Type.String({ description: 'The patch in the document.' }),
          pointers: Type.Array(Type.String(), { description: 'JSON pointers to what it changed.' }),
        }),
      ),
      { description: 'The patches of `patches` that changed a resource, by its name, in their order.' },
    ),
  ),
})

export const SnapshotSchema = Type.Record(Type.String(), TypeSnapshotSchema, {
  description: 'Resources by type URL, with the version of each type.',
})
export type Snapshot = DeepReadonly<Static<typeof SnapshotSchema>>
