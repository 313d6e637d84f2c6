// Values of a call or of its connection, which hashes of upstreams can use: who the caller is, or which connection it has.

import { create } from '@bufbuild/protobuf'
import { anyPack } from '@bufbuild/protobuf/wkt'
import { ConfigSchema } from '@envoy/xds-protos/envoy/extensions/filters/http/set_filter_state/v3/set_filter_state_pb.js'
import { type Static, Type } from 'typebox'
import { httpFilterSwitch } from '../attach-points.ts'
import { CLAIMS_NAMESPACE } from '../claim-value.ts'
import { NamedMap } from '../named-map.ts'
import { facts } from '../schema-keywords.ts'

/** What makes Envoy keep a text as something that can be hashed. */
const HASHABLE_TEXT = 'envoy.hashable_string'

const ENVOY = 'FilterStateValue.format_string'

/** https://www.envoyproxy.io/docs/envoy/latest/configuration/advanced/substitution_formatter */
const SOURCES = {
  connection: '%CONNECTION_ID%',
  'certificate-uri': '%DOWNSTREAM_PEER_URI_SAN%',
  'certificate-dns': '%DOWNSTREAM_PEER_DNS_SAN%',
  'certificate-subject': '%DOWNSTREAM_PEER_SUBJECT%',
  'certificate-fingerprint': '%DOWNSTREAM_PEER_FINGERPRINT_256%',
  'server-name': '%REQUESTED_SERVER_NAME%',
} as const

const Value = Type.Object(
  {
    from: Type.Optional(
      Type.Enum(Object.keys(SOURCES) as (keyof typeof SOURCES)[], {
        description:
          'where the value is from: connection (the connection of the caller), certificate-uri, certificate-dns, certificate-subject or certificate-fingerprint (of the certificate that it shows), or server-name (SNI)',
        ...facts({ envoy: ENVOY, example: 'connection' }),
      }),
    ),
    token: Type.Optional(
      Type.String({
        description: 'the name of an entry of jwt, for a claim of its token',
        ...facts({ envoy: ENVOY, example: 'main' }),
      }),
    ),
    claim: Type.Optional(
      Type.String({
        pattern: '^[A-Za-z0-9._/-]{1,100}$',
        description: 'the name of a claim of the token, such as sub',
        ...facts({ envoy: ENVOY, example: 'sub' }),
      }),
    ),
  },
  {
    additionalProperties: false,
    minProperties: 1,
    description: 'where a value is from, such as { from: connection } or { token: main, claim: sub }',
    ...facts({ envoy: 'Config.on_request_headers', example: { from: 'connection' } }),
  },
)
type ValueSettings = Readonly<Static<typeof Value>>

/**
 * `filters.filterState` of a fleet. `hashOn: { filterState: NAME }` of an upstream reads a value. A call without it has no hash of it.
 * https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_filters/set_filter_state
 */
export const filterState = httpFilterSwitch({
  name: 'set_filter_state',
  after: ['jwt_authn', 'ext_authz', 'rbac', 'admission_control'],
  field: 'filterState',
  room: 'filters',
  schema: Type.Object(
    {
      enabled: Type.Boolean({ description: 'true or false' }),
      values: NamedMap(Value, 'values by their names, such as { caller: { from: certificate-uri } }', {
        minProperties: 1,
        envoy: 'Config.on_request_headers',
        example: { caller: { from: 'certificate-uri' } },
      }),
    },
    {
      additionalProperties: false,
      description: 'values to hash on, such as { enabled: true, values: { caller: { from: connection } } }',
      ...facts({
        envoy: 'Config',
        example: { enabled: true, values: { caller: { from: 'certificate-uri' } } },
      }),
    },
  ),
  appliesTo: ['envoy'],
  messages: [ConfigSchema],
  references: ({ values }) =>
    Object.entries<ValueSettings>(values).flatMap(([name, { token }]) =>
      token === undefined ? [] : [{ steps: ['values', name, 'token'], to: 'jwt' as const, name: token }],
    ),
  *problems({ values }) {
    for (const [name, value] of Object.entries<ValueSettings>(values)) {
      if (isOneSource(value)) continue
      yield {
        steps: ['values', name],
        message: 'needs either from, or token and claim: write one of the two',
      }
    }
  },
  toExtension: ({ values }) =>
    anyPack(
      ConfigSchema,
      create(ConfigSchema, {
        onRequestHeaders: Object.entries<ValueSettings>(values)
          .toSorted(([a], [b]) => (a < b ? -1 : 1))
          .map(([name, value]) => ({
            key: { case: 'objectKey' as const, value: name },
            factoryKey: HASHABLE_TEXT,
            value: {
              case: 'formatString' as const,
              value: {
                format: {
                  case: 'textFormatSource' as const,
                  value: { specifier: { case: 'inlineString' as const, value: formatOf(value) } },
                },
                // Otherwise what is missing would be a dash, and its calls would all go to one endpoint.
                omitEmptyValues: true,
              },
            },
            skipIfEmpty: true,
            readOnly: true,
          })),
      }),
    ),
})

function isOneSource({ from, token, claim }: ValueSettings): boolean {
  const isOfToken = token !== undefined && claim !== undefined
  return from === undefined ? isOfToken : token === undefined && claim === undefined
}

function formatOf({ from, token = '', claim = '' }: ValueSettings): string {
  return from === undefined ? `%DYNAMIC_METADATA(${CLAIMS_NAMESPACE}:${token}:${claim})%` : SOURCES[from]
}
