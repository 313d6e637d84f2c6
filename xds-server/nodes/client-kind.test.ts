import { create } from '@bufbuild/protobuf'
import { NodeSchema } from '@envoy/xds-protos/envoy/config/core/v3/base_pb.js'
import t from 'tap'
import { clientKindOf } from './client-kind.ts'

t.test('a client is gRPC if its user agent says so, and an Envoy otherwise', async (t) => {
  const kinds = [
    'gRPC Go',
    'gRPC Java',
    'gRPC C-core linux',
    'gRPC Node Pure JS',
    'grpc-web',
    'envoy',
    '',
    'grpcurl',
  ]
  t.same(
    kinds.map((userAgentName) => clientKindOf(create(NodeSchema, { userAgentName }))),
    ['grpc', 'grpc', 'grpc', 'grpc', 'grpc', 'envoy', 'envoy', 'envoy'],
  )
})
