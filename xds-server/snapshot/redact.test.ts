// Fields that Envoy's protos mark as sensitive are redacted at any depth; all others are shown.

import { create, type JsonValue, toJson } from '@bufbuild/protobuf'
import { anyPack } from '@bufbuild/protobuf/wkt'
import { ListenerSchema } from '@envoy/xds-protos/envoy/config/listener/v3/listener_pb.js'
import { SecretSchema } from '@envoy/xds-protos/envoy/extensions/transport_sockets/tls/v3/secret_pb.js'
import { DownstreamTlsContextSchema } from '@envoy/xds-protos/envoy/extensions/transport_sockets/tls/v3/tls_pb.js'
import t from 'tap'
import { sensitiveKinds } from '../../test/support/sensitive-kinds.ts'
import { CORE_MESSAGES } from './message-registry.ts'
import { redact } from './redact.ts'

const inline = (inlineString: string) => ({
  specifier: { case: 'inlineString' as const, value: inlineString },
})
const CERTIFICATE = {
  certificateChain: inline('public'),
  privateKey: inline('hidden'),
  password: inline('hidden'),
}

t.test('the key and the passphrase of a secret are redacted', async (t) => {
  const secret = create(SecretSchema, { name: 'edge', type: { case: 'tlsCertificate', value: CERTIFICATE } })
  t.same(redact(SecretSchema, toJson(SecretSchema, secret)), {
    name: 'edge',
    tlsCertificate: {
      certificateChain: { inlineString: 'public' },
      privateKey: '[redacted]',
      password: '[redacted]',
    },
  })
})

t.test('the bytes of other kinds of secrets are redacted', async (t) => {
  const ticket = create(SecretSchema, {
    type: { case: 'sessionTicketKeys', value: { keys: [inline('hidden')] } },
  })
  const generic = create(SecretSchema, {
    type: { case: 'genericSecret', value: { secret: inline('hidden') } },
  })
  for (const secret of [ticket, generic]) {
    t.notMatch(JSON.stringify(redact(SecretSchema, toJson(SecretSchema, secret))), 'hidden')
  }
})

t.test('a key packed in a listener is redacted, and the fields around it are shown', async (t) => {
  const context = create(DownstreamTlsContextSchema, { commonTlsContext: { tlsCertificates: [CERTIFICATE] } })
  const typedConfig = { case: 'typedConfig' as const, value: anyPack(DownstreamTlsContextSchema, context) }
  const listener = create(ListenerSchema, {
    name: 'main',
    filterChains: [{ transportSocket: { name: 'tls', configType: typedConfig } }],
  })
  const json = redact(ListenerSchema, toJson(ListenerSchema, listener, { registry: CORE_MESSAGES.registry }))
  t.notMatch(JSON.stringify(json), 'hidden')
  t.match(JSON.stringify(json), /"name":"main".*"public"/)
})

t.test('values that are not messages are not changed', async (t) => {
  for (const json of [null, 1, 'x', [1], {}] satisfies JsonValue[]) t.same(redact(SecretSchema, json), json)
})

const KINDS = sensitiveKinds()

t.test('a sensitive field of any kind is redacted as a whole', async (t) => {
  const given = {
    text: 'x',
    raw: 'eA==',
    number: 7,
    texts: ['x'],
    parts: [{ text: 'x' }],
    named: { x: {} },
    frees: [],
  }
  const shown = Object.keys(given).map((name) => [name, '[redacted]'])
  t.same(redact(KINDS, given), Object.fromEntries(shown))
})

t.test('messages in lists and in maps are redacted, and texts in maps are shown', async (t) => {
  const json = { labels: { text: 'public' }, holders: { text: { name: 'a', text: 'hidden' } } }
  t.same(redact(KINDS, json), { ...json, holders: { text: { name: 'a', text: '[redacted]' } } })
  const tls = { tlsCertificates: [{ privateKey: { inlineString: 'hidden' } }, { certificateChain: {} }] }
  t.same(redact(DownstreamTlsContextSchema, { commonTlsContext: tls }), {
    commonTlsContext: { tlsCertificates: [{ privateKey: '[redacted]' }, { certificateChain: {} }] },
  })
})
