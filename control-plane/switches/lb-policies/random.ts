// Random: any endpoint, without memory; weights are not looked at.

import { create } from '@bufbuild/protobuf'
import { anyPack } from '@bufbuild/protobuf/wkt'
import { RandomSchema } from '@envoy/xds-protos/envoy/extensions/load_balancing_policies/random/v3/random_pb.js'
import { defineLbPolicy } from '../lb-policy.ts'
import { localityLbConfig } from '../locality-lb-config.ts'

export const random = defineLbPolicy({
  name: 'random',
  summary: 'Any endpoint, without memory; weights are not looked at.',
  options: {},
  appliesTo: ['envoy'],
  messages: [RandomSchema],
  toExtension: (_, context) => anyPack(RandomSchema, create(RandomSchema, localityLbConfig(context))),
})
