// Runtime layers that the snapshot lacks, in SotW. The protocol has no way to delete one, and Envoy would keep its values, and at its
// start wait 15 s for it. An empty layer has the effect of none.

import { create } from '@bufbuild/protobuf'
import { RuntimeSchema } from '@envoy/xds-protos/envoy/service/runtime/v3/rtds_pb.js'
import { memoizeTexts } from '../../core/memo.ts'
import { createResources, type Resource } from '../snapshot/resource.ts'
import { type ResourceType, RUNTIME } from '../snapshot/resource-type.ts'

/** Clients choose the names, so only this many empty layers are kept. */
const MAX_EMPTY_LAYERS = 100

const emptyLayer = memoizeTexts(MAX_EMPTY_LAYERS, (name) =>
  createResources([create(RuntimeSchema, { name })]),
)

/** What is sent for these names, which the client asks for or still has. Other types have no empty resource. */
export function emptyLayers({ typeUrl }: ResourceType, names: readonly string[]): readonly Resource[] {
  if (typeUrl !== RUNTIME) return []
  return names.filter((name) => name !== '').flatMap(emptyLayer)
}
