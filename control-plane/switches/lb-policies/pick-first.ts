// Pick first: all calls of a client go to the first endpoint that it can reach.

import { create } from '@bufbuild/protobuf'
import { anyPack } from '@bufbuild/protobuf/wkt'
import { PickFirstSchema } from '@envoy/xds-protos/envoy/extensions/load_balancing_policies/pick_first/v3/pick_first_pb.js'
import { Type } from 'typebox'
import { unsupported } from '../grpc-clients.ts'
import { defineLbPolicy } from '../lb-policy.ts'
import { facts } from '../schema-keywords.ts'

/** Envoy has no such policy. https://github.com/grpc/proposal/blob/master/A62-pick-first.md */
export const pickFirst = defineLbPolicy({
  name: 'pick_first',
  summary: 'All calls of a client go to the first endpoint that it can reach.',
  options: {
    shuffle: Type.Optional(
      Type.Boolean({
        default: false,
        description: 'true or false: whether each client tries the endpoints in an order of its own',
        ...facts({ envoy: 'PickFirst.shuffle_address_list' }),
      }),
    ),
  },
  appliesTo: ['proxyless'],
  unsupportedBy: () =>
    unsupported('the policy', { unless: 'its environment has GRPC_EXPERIMENTAL_PICKFIRST_LB_CONFIG=true' }, [
      'node',
    ]),
  // Otherwise there would be a first endpoint in each locality.
  knowsLocalities: true,
  messages: [PickFirstSchema],
  toExtension: ({ shuffle }) =>
    anyPack(PickFirstSchema, create(PickFirstSchema, { shuffleAddressList: shuffle })),
})
