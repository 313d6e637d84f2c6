// Random: a random endpoint for each call; weights have no effect.

import { create } from '@bufbuild/protobuf'
import { anyPack } from '@bufbuild/protobuf/wkt'
import { RandomSchema } from '@envoy/xds-protos/envoy/extensions/load_balancing_policies/random/v3/random_pb.js'
import { defineLbPolicy } from '../lb-policy.ts'
import { localityLbConfig, ZONE_AWARE } from '../zone-aware.ts'

export const random = defineLbPolicy({
  name: 'random',
  summary: 'A random endpoint for each call; weights have no effect.',
  options: ZONE_AWARE,
  appliesTo: ['envoy'],
  messages: [RandomSchema],
  toExtension: ({ zoneAware }, context) =>
    anyPack(RandomSchema, create(RandomSchema, localityLbConfig(zoneAware, context))),
})
