// Sensitive fields of encoded messages are redacted at any depth; all others are as they were.

import { create, fromBinary } from '@bufbuild/protobuf'
import { anyPack, anyUnpack } from '@bufbuild/protobuf/wkt'
import { ListenerSchema } from '@envoy/xds-protos/envoy/config/listener/v3/listener_pb.js'
import { SecretSchema } from '@envoy/xds-protos/envoy/extensions/transport_sockets/tls/v3/secret_pb.js'
import { DownstreamTlsContextSchema } from '@envoy/xds-protos/envoy/extensions/transport_sockets/tls/v3/tls_pb.js'
import t from 'tap'
import { CORE_MESSAGES } from './message-registry.ts'
import { redactedBytes } from './redact-message.ts'
import { createResources, type ResourceInput } from './resource.ts'

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
