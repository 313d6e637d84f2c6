import { create, type MessageInitShape } from '@bufbuild/protobuf'
import { NodeSchema } from '@envoy/xds-protos/envoy/config/core/v3/base_pb.js'
import t from 'tap'
import { clientInfoOf, clientKindOf, ttlsFor } from './client-kind.ts'

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
    'envoy beside gRPC',
  ]
  t.same(
    kinds.map((userAgentName) => clientKindOf(create(NodeSchema, { userAgentName }))),
    ['grpc', 'grpc', 'grpc', 'grpc', 'grpc', 'envoy', 'envoy', 'envoy', 'envoy'],
  )
})

t.test('a client has the name and the version that it says it has', async (t) => {
  const infoOf = (node: MessageInitShape<typeof NodeSchema>) => clientInfoOf(create(NodeSchema, node))
  t.equal(infoOf({}), undefined)
  t.same(infoOf({ userAgentName: 'gRPC Go' }), { name: 'gRPC Go' })
  const text = { case: 'userAgentVersion' as const, value: '1.85.0' }
  t.same(infoOf({ userAgentName: 'gRPC Go', userAgentVersionType: text }), {
    name: 'gRPC Go',
    version: '1.85.0',
  })
  const version = { majorNumber: 1, minorNumber: 40, patch: 2 }
  const build = { case: 'userAgentBuildVersion' as const, value: { version } }
  t.same(infoOf({ userAgentName: 'envoy', userAgentVersionType: build }), {
    name: 'envoy',
    version: '1.40.2',
  })
})

t.test('X32: a client takes TTLs if it says so; in SotW it must also unwrap resources', async (t) => {
  const [ttl, wrapper] = ['xds.config.supports-resource-ttl', 'xds.config.resource-in-sotw']
  const other = 'xds.config.supports-resource-in-sotw'
  const cases = [[], [wrapper], [ttl], [ttl, wrapper], [ttl, other]].map((clientFeatures) => {
    const node = create(NodeSchema, { clientFeatures })
    return [ttlsFor(node, 'sotw'), ttlsFor(node, 'delta')]
  })
  t.same(cases, [
    ['none', 'none'],
    ['none', 'none'],
    ['none', 'delta'],
    ['sotw', 'delta'],
    ['sotw', 'delta'],
  ])
})
