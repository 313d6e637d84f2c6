// The list of all fields: complete, with examples that are valid, and with fields of Envoy that exist.

import { isDeepStrictEqual } from 'node:util'
import type { DescField, DescMessage } from '@bufbuild/protobuf'
import { ClusterSchema } from '@envoy/xds-protos/envoy/config/cluster/v3/cluster_pb.js'
import { ClusterLoadAssignmentSchema } from '@envoy/xds-protos/envoy/config/endpoint/v3/endpoint_pb.js'
import { ListenerSchema } from '@envoy/xds-protos/envoy/config/listener/v3/listener_pb.js'
import { RouteConfigurationSchema } from '@envoy/xds-protos/envoy/config/route/v3/route_pb.js'
import { HttpConnectionManagerSchema } from '@envoy/xds-protos/envoy/extensions/filters/network/http_connection_manager/v3/http_connection_manager_pb.js'
import { TcpProxySchema } from '@envoy/xds-protos/envoy/extensions/filters/network/tcp_proxy/v3/tcp_proxy_pb.js'
import { SecretSchema } from '@envoy/xds-protos/envoy/extensions/transport_sockets/tls/v3/secret_pb.js'
import { HttpProtocolOptionsSchema } from '@envoy/xds-protos/envoy/extensions/upstreams/http/v3/http_protocol_options_pb.js'
import { Ajv } from 'ajv'
import t from 'tap'
import { declaredMessages } from '../switches/switches.ts'
import { type DescribedField, describeClients, describeSchema } from './describe-schema.ts'
import { ConfigSchema } from './model.ts'

const FIELDS = describeSchema(ConfigSchema)

const at = (path: string, when?: string) =>
  FIELDS.find((one) => one.path === path && (when === undefined || one.when?.includes(when)))

t.test('a field has what its schema says, and its place', async (t) => {
  t.strictSame(at('upstreams.*.healthCheck.interval'), {
    path: 'upstreams.*.healthCheck.interval',
    type: 'string',
    required: false,
    description: 'the time between two checks, a duration of at least 10ms such as 500ms or 5s',
    default: '1s',
    example: '5s',
    clients: ['envoy'],
    envoyField: 'HealthCheck.interval',
  })
  t.match(at('fleets.*.listeners.*.port'), {
    type: 'integer',
    required: true,
    range: '1 to 65535',
    clients: ['envoy'],
  })
  t.match(at('upstreams.*.endpoints.*.weight'), { default: 1, clients: ['envoy', 'proxyless'] })
  t.match(at('routes.*.hosts'), { type: 'list', range: 'at least 1' })
  t.match(at('routes.*.hosts[]'), { type: 'string', example: '*.echo.local' })
  t.match(at('upstreams.*'), { type: 'object', required: false })
  t.match(at('upstreams'), { type: 'map', required: true })
})

t.test('what depends on a choice says on which, and what each choice means', async (t) => {
  t.match(at('fleets.*.lb.policy'), {
    range: 'round_robin, least_request, random, ring_hash, maglev',
    required: true,
    choices: [
      { value: 'round_robin', description: /^Every endpoint/, clients: ['envoy', 'proxyless'] },
      { value: 'least_request', clients: ['envoy', 'proxyless'], grpcClients: ['go', 'java'] },
    ],
  })
  t.match(at('fleets.*.lb.hashOn'), { when: ['policy: ring_hash', 'policy: maglev'] })
  t.match(at('fleets.*.lb.tableSize'), { when: ['policy: maglev'], clients: ['envoy'] })
  t.equal(at('fleets.*.lb.panicThreshold')?.when, undefined, 'an option of every policy')
  t.same(at('fleets.*.listeners')?.when, ['kind: envoy'], 'another kind has other listeners')
  t.equal(at('fleets.*.timeouts')?.when, undefined, 'its clients say for which kind it is')
})

t.test('clients are in words, with the gRPC clients where not all support a field', async (t) => {
  const choices = at('fleets.*.lb.policy')?.choices ?? []
  const words = Object.fromEntries(choices.map((one) => [one.value, describeClients(one)]))
  t.match(words, {
    round_robin: 'envoy, proxyless',
    least_request: 'envoy, proxyless (Go and Java)',
    random: 'envoy',
  })
  t.same(at('fleets.*.lb.choices')?.grpcClients, ['go', 'java'], 'an option of one policy')
  t.equal(at('fleets.*.lb.policy')?.grpcClients, undefined, 'some policy is in every client')
})

t.test('no field is listed twice', async (t) => {
  const keys = FIELDS.map(({ path, when = [] }) => `${path} ${when.join()}`)
  t.strictSame(
    keys.filter((key, index) => keys.indexOf(key) !== index),
    [],
  )
})

t.test('every field has an example that is not its default', async (t) => {
  t.strictSame(
    FIELDS.filter((one) => one.example === undefined || isDeepStrictEqual(one.example, one.default)).map(
      ({ path }) => path,
    ),
    [],
  )
})

t.test('every example is valid where it stands', async (t) => {
  const ajv = new Ajv({ strict: false, discriminator: true })
  const checked: unknown[] = []
  const check = (schema: unknown): void => {
    if (typeof schema !== 'object' || schema === null) return
    const { examples = [] } = schema as { readonly examples?: readonly unknown[] }
    for (const example of examples) {
      const validate = ajv.compile(schema)
      t.ok(validate(example), `${JSON.stringify(example)}: ${ajv.errorsText(validate.errors)}`)
      checked.push(example)
    }
    for (const one of Object.values(schema)) check(one)
  }
  check(ConfigSchema)
  t.ok(checked.length > 100, `${checked.length} examples`)
})

/** The messages by their short names, with all that they contain: several messages may have one short name. */
const MESSAGES = new Map<string, DescMessage[]>()

function collect(message: DescMessage): void {
  const known = MESSAGES.get(message.name) ?? []
  if (known.includes(message)) return
  MESSAGES.set(message.name, [...known, message])
  for (const field of message.fields) for (const inner of messagesOf(field)) collect(inner)
}

function messagesOf({ message }: DescField): DescMessage[] {
  return message === undefined ? [] : [message]
}

for (const message of [
  ClusterSchema,
  ClusterLoadAssignmentSchema,
  HttpConnectionManagerSchema,
  HttpProtocolOptionsSchema,
  ListenerSchema,
  RouteConfigurationSchema,
  SecretSchema,
  TcpProxySchema,
  ...declaredMessages(),
]) {
  collect(message)
}

function hasField(message: DescMessage, names: readonly string[]): boolean {
  const [name, ...rest] = names
  if (name === undefined) return true
  const field = message.fields.find((one) => one.name === name)
  if (field === undefined) return false
  return rest.length === 0 || messagesOf(field).some((inner) => hasField(inner, rest))
}

function isField({ envoyField = '' }: DescribedField): boolean {
  const [name = '', ...rest] = envoyField.split('.')
  return MESSAGES.get(name)?.some((message) => hasField(message, rest)) ?? false
}

t.test('every field of Envoy that is named exists', async (t) => {
  const named = FIELDS.filter(({ envoyField }) => envoyField !== undefined)
  t.ok(named.length > 80, `${named.length} fields`)
  t.strictSame(
    named.filter((field) => !isField(field)).map(({ path, envoyField }) => `${path}: ${envoyField}`),
    [],
  )
})
