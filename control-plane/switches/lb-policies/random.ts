// Random: any endpoint, without memory; weights are not looked at.

import { create } from '@bufbuild/protobuf'
import { anyPack } from '@bufbuild/protobuf/wkt'
import { RandomSchema } from '@envoy/xds-protos/envoy/extensions/load_balancing_policies/random/v3/random_pb.js'
import { defineLbPolicy } from '../lb-policy.ts'
import { localityLbConfig, ZONE_AWARE } from '../zone-aware.ts'

export const random = defineLbPolicy({
  name: 'random',
  summary: 'Any endpoint, without memory; weights are not looked at.',
  options: ZONE_AWARE,
  appliesTo: ['envoy'],
  messages: [RandomSchema],
  toExtension: ({ zoneAware }, context) =>
    anyPack(RandomSchema, create(RandomSchema, localityLbConfig(zoneAware, context))),
})
