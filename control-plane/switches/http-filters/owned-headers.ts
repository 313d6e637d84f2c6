// Takes away what a client has written into headers that only checks may set, before the first check looks at the call.

import { create } from '@bufbuild/protobuf'
import { anyPack } from '@bufbuild/protobuf/wkt'
import { HeaderMutationSchema } from '@envoy/xds-protos/envoy/extensions/filters/http/header_mutation/v3/header_mutation_pb.js'
import type { FixedFilter } from '../attach-points.ts'

/** It goes by the document alone: the headers stay the checks' own where they are off, and on methods that they exempt. */
export const ownedHeaders: FixedFilter = {
  name: 'header_mutation',
  after: ['lua'],
  messages: [HeaderMutationSchema],
  toExtension({ ownedHeaders }) {
    if (ownedHeaders.length === 0) return undefined
    const requestMutations = ownedHeaders.map((name) => ({
      action: { case: 'remove' as const, value: name },
    }))
    return anyPack(HeaderMutationSchema, create(HeaderMutationSchema, { mutations: { requestMutations } }))
  },
}
