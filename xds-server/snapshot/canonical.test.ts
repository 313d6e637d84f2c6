// Equal content has equal bytes, in whatever order its maps were filled, at any depth.

import { create, equals, fromBinary, fromJson, type Message, toBinary } from '@bufbuild/protobuf'
import { AnySchema, anyPack, FieldOptionsSchema, StructSchema, ValueSchema } from '@bufbuild/protobuf/wkt'
import { ClusterSchema } from '@envoy/xds-protos/envoy/config/cluster/v3/cluster_pb.js'
import { RBACSchema as RulesSchema } from '@envoy/xds-protos/envoy/config/rbac/v3/rbac_pb.js'
import { ExtAuthzPerRouteSchema } from '@envoy/xds-protos/envoy/extensions/filters/http/ext_authz/v3/ext_authz_pb.js'
import { JwtAuthenticationSchema } from '@envoy/xds-protos/envoy/extensions/filters/http/jwt_authn/v3/config_pb.js'
import {
  RBACPerRouteSchema,
  RBACSchema,
} from '@envoy/xds-protos/envoy/extensions/filters/http/rbac/v3/rbac_pb.js'
import { HttpConnectionManagerSchema } from '@envoy/xds-protos/envoy/extensions/filters/network/http_connection_manager/v3/http_connection_manager_pb.js'
import t from 'tap'
import { fc } from '../../test/support/fast-check.ts'
import { assignment, cluster, httpListener, routes } from '../../test/support/resources.ts'
import { configModels, shuffledConfig } from '../../test/support/shuffled-config.ts'
import { thrownBy } from '../../test/support/thrown.ts'
import { encodeCanonically } from './canonical.ts'
import { createMessageRegistry } from './message-registry.ts'
import { createResources } from './resource.ts'

const PACKED = [
  StructSchema,
  RulesSchema,
  RBACSchema,
  RBACPerRouteSchema,
  JwtAuthenticationSchema,
  HttpConnectionManagerSchema,
  ExtAuthzPerRouteSchema,
]
const messages = createMessageRegistry(PACKED)

function schemaOf(message: Message) {
  const schema = messages.schemaOf(message.$typeName)
  if (schema === undefined) throw new Error(`${message.$typeName} is not known`)
  return schema
}

function encode(message: Message): Buffer {
  return Buffer.from(encodeCanonically(schemaOf(message), message, messages))
}

t.test('X29: maps filled in any order encode to the same bytes, in a Struct and packed too', async () => {
  fc.assert(
    fc.property(configModels, fc.string(), fc.string(), (model, seed, other) => {
      const encoded = shuffledConfig(model, seed).map(encode)
      return shuffledConfig(model, other).every((message, at) => encoded[at]?.equals(encode(message)))
    }),
  )
})

t.test('the whole message is encoded, and the message itself does not change', async () => {
  fc.assert(
    fc.property(configModels, fc.string(), (model, seed) =>
      shuffledConfig(model, seed).every((message) => {
        const schema = schemaOf(message)
        const before = toBinary(schema, message)
        const decoded = fromBinary(schema, encode(message))
        return (
          equals(schema, decoded, message, { registry: messages.registry, unpackAny: true }) &&
          Buffer.compare(before, toBinary(schema, message)) === 0
        )
      }),
    ),
  )
})

t.test('a message without maps is encoded as protobuf-es encodes it', async (t) => {
  const wrapped = create(ClusterSchema, { perConnectionBufferLimitBytes: 1 })
  const messages = [
    wrapped,
    cluster('a'),
    assignment('a', 1, 2),
    httpListener('main', 1),
    routes('main', 'a'),
  ]
  for (const message of messages) t.same(encode(message), Buffer.from(toBinary(schemaOf(message), message)))
})

t.test('unknown fields are kept at any depth', async (t) => {
  // Field 2000 with eleven bytes: more than ten, for their places must not be sorted as text.
  const unknown = [130, 125, 11, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]
  const value = new Uint8Array([...toBinary(ValueSchema, fromJson(ValueSchema, 1)), ...unknown])
  const nested = create(StructSchema, { fields: { k: fromBinary(ValueSchema, value) } })
  const outer = create(StructSchema, {
    fields: { s: { kind: { case: 'structValue', value: nested } } },
  })
  const message = create(ClusterSchema, {
    typedExtensionProtocolOptions: { a: anyPack(StructSchema, outer) },
  })
  t.same(encode(message), Buffer.from(toBinary(ClusterSchema, message)))
})

t.test('a proto2 message, which has its defaults on the prototype, is encoded like any other', async (t) => {
  const message = create(FieldOptionsSchema, { deprecated: true })
  t.same(encode(message), Buffer.from(toBinary(FieldOptionsSchema, message)))
})

t.test('a packed message of an unknown type is not changed', async (t) => {
  const any = create(AnySchema, {
    typeUrl: 'type.googleapis.com/no.such.Message',
    value: Uint8Array.of(2, 1),
  })
  const message = create(ClusterSchema, { typedExtensionProtocolOptions: { a: any } })
  t.same(fromBinary(ClusterSchema, encode(message)).typedExtensionProtocolOptions.a?.value, any.value)
})

t.test('a packed message that cannot be read is an error', async (t) => {
  const any = { ...anyPack(ClusterSchema, cluster('a')), value: Uint8Array.of(255) }
  const message = create(ClusterSchema, { typedExtensionProtocolOptions: { a: any } })
  t.throws(() => encode(message))
})

t.test('what a visitor skips is encoded all the same, and not visited', async (t) => {
  const [one, other] = [
    ['a', 'b'],
    ['b', 'a'],
  ].map((keys) => {
    const fields = Object.fromEntries(keys.map((key) => [key, fromJson(ValueSchema, key)]))
    const packed = anyPack(StructSchema, create(StructSchema, { fields }))
    return create(ClusterSchema, { typedExtensionProtocolOptions: { x: packed } })
  })
  const visited: string[] = []
  const skip = ({ typeName }: { readonly typeName: string }) => {
    visited.push(typeName)
    return false
  }
  if (one === undefined || other === undefined) throw new TypeError('there are two')
  const bytes = encodeCanonically(ClusterSchema, one, messages, skip)
  t.same(bytes, encodeCanonically(ClusterSchema, other, messages))
  t.notSame(toBinary(ClusterSchema, one), toBinary(ClusterSchema, other))
  t.same(visited, [ClusterSchema.typeName])
})

t.test('a registry that rejects unknown messages says which one, and who declares it', async (t) => {
  const strict = createMessageRegistry([], { unknown: 'reject' })
  const packing = (typeUrl: string) =>
    create(ClusterSchema, { name: 'c', typedExtensionProtocolOptions: { x: create(AnySchema, { typeUrl }) } })
  const rejects = (typeUrl: string, what: string) => {
    const message = `a resource packs ${what}, which no switch declares: add it to \`messages\` of the switch that packs it`
    const thrown = thrownBy(() => createResources([packing(typeUrl)], { messages: strict }))
    t.match(thrown, { code: 'internal', message })
  }
  rejects('type.googleapis.com/a.B', 'type.googleapis.com/a.B')
  rejects('', 'a message without a type URL')
  t.equal(
    createResources([packing('type.googleapis.com/google.protobuf.Struct')], { messages: strict }).length,
    1,
  )
})
