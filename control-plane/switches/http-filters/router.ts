// Routing, the end of every chain: what comes here has passed all checks and goes to its upstream.

import { create } from '@bufbuild/protobuf'
import { anyPack } from '@bufbuild/protobuf/wkt'
import { RouterSchema } from '@envoy/xds-protos/envoy/extensions/filters/http/router/v3/router_pb.js'
import type { FixedFilter } from '../attach-points.ts'

export const router: FixedFilter = {
  name: 'router',
  after: [
    'header_mutation',
    'jwt_authn',
    'ext_authz',
    'header_to_metadata',
    'rbac',
    'fault',
    'buffer',
    'adaptive_concurrency',
    'admission_control',
  ],
  messages: [RouterSchema],
  appliesTo: ['envoy', 'proxyless', 'grpc-server'],
  toExtension: () => anyPack(RouterSchema, create(RouterSchema)),
}
