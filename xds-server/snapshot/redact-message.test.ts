// Sensitive fields of encoded messages are redacted at any depth; all others are as they were.

import { create, fromBinary, fromJson, type JsonObject, toJson } from '@bufbuild/protobuf'
import { anyPack, anyUnpack } from '@bufbuild/protobuf/wkt'
import { ListenerSchema } from '@envoy/xds-protos/envoy/config/listener/v3/listener_pb.js'
import { SecretSchema } from '@envoy/xds-protos/envoy/extensions/transport_sockets/tls/v3/secret_pb.js'
import { DownstreamTlsContextSchema } from '@envoy/xds-protos/envoy/extensions/transport_sockets/tls/v3/tls_pb.js'
import t from 'tap'
import { sensitiveKinds } from '../../test/support/sensitive-kinds.ts'
import { CORE_MESSAGES, createMessageRegistry } from './message-registry.ts'
import { redactedBytes } from './redact-message.ts'
import { createResources, encodedResource, type ResourceInput } from './resource.ts'
import { CLUSTER } from './resource-type.ts'

const text = (inlineString: string) => ({ specifier: { case: 'inlineString' as const, value: inlineString } })
const CERTIFICATE = {
  certificateChain: text('public'),
  privateKey: text('hidden'),
  password: { specifier: { case: 'inlineBytes' as const, value: new TextEncoder().encode('hidden') } },
}

function redacted(input: ResourceInput): Uint8Array {
  const [resource] = createResources([input])
  return resource ? redactedBytes(resource, CORE_MESSAGES) : new Uint8Array()
}

t.test('texts and byte strings of a secret are redacted, and the certificate is shown', async (t) => {
  const secret = create(SecretSchema, { name: 'edge', type: { case: 'tlsCertificate', value: CERTIFICATE } })
  const shown = fromBinary(SecretSchema, redacted(secret))
  t.match(shown, {
    name: 'edge',
    type: {
      value: {
        certificateChain: { specifier: { value: 'public' } },
        privateKey: { specifier: { case: 'inlineString', value: '[redacted]' } },
        password: { specifier: { case: 'inlineBytes', value: new TextEncoder().encode('[redacted]') } },
      },
    },
  })
  t.match(secret.type.value, CERTIFICATE, 'the caller keeps its message')
})

t.test('each ticket key in a list is redacted', async (t) => {
  const keys = create(SecretSchema, {
    name: 'tickets',
    type: { case: 'sessionTicketKeys', value: { keys: [text('hidden'), text('hidden')] } },
  })
  t.notMatch(Buffer.from(redacted(keys)).toString('latin1'), 'hidden')
})

t.test('a key packed in a listener is redacted, and an unknown packed message is emptied', async (t) => {
  const context = create(DownstreamTlsContextSchema, { commonTlsContext: { tlsCertificates: [CERTIFICATE] } })
  const unknown = {
    $typeName: 'google.protobuf.Any' as const,
    typeUrl: 'type.googleapis.com/a.B',
    value: Buffer.from('hidden'),
  }
  const listener = create(ListenerSchema, {
    name: 'main',
    filterChains: [
      {
        transportSocket: {
          name: 'tls',
          configType: { case: 'typedConfig', value: anyPack(DownstreamTlsContextSchema, context) },
        },
        filters: [{ name: 'b', configType: { case: 'typedConfig', value: unknown } }],
      },
    ],
  })
  const bytes = redacted(listener)
  t.notMatch(Buffer.from(bytes).toString('latin1'), 'hidden')
  const [chain] = fromBinary(ListenerSchema, bytes).filterChains
  const packed = chain?.transportSocket?.configType.value
  t.match(packed && anyUnpack(packed, DownstreamTlsContextSchema), {
    commonTlsContext: { tlsCertificates: [{ certificateChain: { specifier: { value: 'public' } } }] },
  })
  t.match(chain?.filters, [{ configType: { value: { typeUrl: 'type.googleapis.com/a.B' } } }])
})

const KINDS = sensitiveKinds()
const WITH_KINDS = createMessageRegistry([KINDS])
const PART = { text: 'hidden', raw: btoa('hidden'), number: 7, texts: ['hidden'], part: { text: 'hidden' } }
const REDACTED_PART = { text: '[redacted]', raw: btoa('[redacted]'), part: { text: '[redacted]' } }

const KINDS_OF_FIELDS: readonly [what: string, given: JsonObject, shown: JsonObject][] = [
  ['a text is redacted', { text: 'hidden' }, { text: '[redacted]' }],
  ['bytes are redacted', { raw: btoa('hidden') }, { raw: btoa('[redacted]') }],
  ['a number is cleared', { number: 7 }, {}],
  ['a list of texts is cleared', { texts: ['hidden'] }, {}],
  ['a list of byte strings is cleared', { raws: [btoa('hidden')] }, {}],
  ['what a message holds is redacted or cleared', { part: PART }, { part: REDACTED_PART }],
  ['so is what a list of messages holds', { parts: [PART, PART] }, { parts: [REDACTED_PART, REDACTED_PART] }],
  ['a map is cleared', { named: { hidden: PART } }, {}],
  ['a Struct is cleared', { free: { hidden: 'hidden' } }, {}],
  ['a list of Structs is cleared', { frees: [{ hidden: 'hidden' }] }, {}],
  ['a packed message is cleared', { packed: { '@type': `type.googleapis.com/${KINDS.typeName}` } }, {}],
  [
    'a message in a map is redacted',
    { holders: { a: { text: 'hidden' } } },
    { holders: { a: { text: '[redacted]' } } },
  ],
]

for (const [what, given, shown] of KINDS_OF_FIELDS) {
  t.test(`of a sensitive field, ${what}`, async (t) => {
    const registry = WITH_KINDS.registry
    const message = fromJson(KINDS, { name: 'shown', ...given }, { registry })
    const [resource] = createResources([message as ResourceInput], { messages: WITH_KINDS })
    const bytes = resource ? redactedBytes(resource, WITH_KINDS) : new Uint8Array()
    t.same(toJson(KINDS, fromBinary(KINDS, bytes), { registry }), { name: 'shown', ...shown })
  })
}

t.test('nothing is shown of bytes without a known type, or that are not of their type', async (t) => {
  const damaged = Uint8Array.of(255, ...Buffer.from('hidden'))
  t.same(redactedBytes(encodedResource(CLUSTER, 'a', damaged), CORE_MESSAGES), new Uint8Array())
  const unknown = encodedResource('type.googleapis.com/a.B', 'a', Buffer.from('hidden'))
  t.same(redactedBytes(unknown, CORE_MESSAGES), new Uint8Array())
})
