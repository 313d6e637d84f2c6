// Calls that name their endpoint: a filter, a token or a caller chooses, and the policy decides where nobody does.

import { create } from '@bufbuild/protobuf'
import { anyPack } from '@bufbuild/protobuf/wkt'
import { OverrideHostSchema } from '@envoy/xds-protos/envoy/extensions/load_balancing_policies/override_host/v3/override_host_pb.js'
import { Type } from 'typebox'
import { lbOptionSwitch } from './attach-points.ts'
import { HeaderName } from './header-name.ts'
import { facts } from './schema-keywords.ts'

const SOURCE = 'OverrideHost.override_host_sources'

const Metadata = Type.Object(
  {
    filter: Type.String({
      pattern: '^[A-Za-z0-9._-]{1,200}$',
      description: 'the namespace of the metadata, which is mostly the name of the filter that sets it',
      ...facts({ envoy: `${SOURCE}.metadata.key`, example: 'envoy.filters.http.jwt_authn' }),
    }),
    path: Type.Array(
      Type.String({
        minLength: 1,
        maxLength: 200,
        description: 'a key of the metadata, such as main',
        ...facts({ example: 'main' }),
      }),
      {
        minItems: 1,
        maxItems: 10,
        description: 'the keys that lead to the value, such as [main, endpoint]',
        ...facts({ envoy: `${SOURCE}.metadata.path`, example: ['main', 'endpoint'] }),
      },
    ),
  },
  {
    additionalProperties: false,
    description: 'metadata of a filter such as { filter: envoy.lb, path: [endpoint] }',
    ...facts({ envoy: `${SOURCE}.metadata`, example: { filter: 'envoy.lb', path: ['endpoint'] } }),
  },
)

/**
 * `lb.overrideHost`, around any policy. A call goes to the first address in the value, `IP:PORT` or several with commas between
 * them, that is an endpoint of the upstream; a retry goes to the next one. Envoy does not look at the health of that endpoint, so the
 * chooser must. Where no value names an endpoint, the policy picks one. Whoever sets the header chooses: let only filters
 * or trusted callers set it.
 * https://www.envoyproxy.io/docs/envoy/latest/api-v3/extensions/load_balancing_policies/override_host/v3/override_host.proto
 */
export const overrideHost = lbOptionSwitch({
  field: 'overrideHost',
  schema: Type.Object(
    {
      enabled: Type.Boolean({ description: 'true or false' }),
      header: Type.Optional(
        Type.String({ ...HeaderName, ...facts({ envoy: `${SOURCE}.header`, example: 'x-endpoint' }) }),
      ),
      metadata: Type.Optional(Metadata),
    },
    {
      additionalProperties: false,
      description: 'an endpoint that the call names, such as { enabled: true, header: x-endpoint }',
      ...facts({
        envoy: 'OverrideHost',
        example: { enabled: true, header: 'x-endpoint' },
        clients: ['envoy'],
      }),
    },
  ),
  appliesTo: ['envoy'],
  messages: [OverrideHostSchema],
  *problems({ header, metadata }) {
    if (header !== undefined || metadata !== undefined) return
    yield {
      steps: [],
      message: 'needs a header or metadata that names the endpoint: write one, such as header: x-endpoint',
    }
  },
  toPolicy({ enabled, header, metadata }, fallbackPolicy) {
    if (!enabled) return undefined
    const overrideHostSources = [
      ...(header === undefined ? [] : [{ header }]),
      ...(metadata === undefined
        ? []
        : [
            {
              metadata: {
                key: metadata.filter,
                path: metadata.path.map((key) => ({ segment: { case: 'key' as const, value: key } })),
              },
            },
          ]),
    ]
    const message = create(OverrideHostSchema, { overrideHostSources, fallbackPolicy })
    return { name: 'override_host', extension: anyPack(OverrideHostSchema, message) }
  },
})
