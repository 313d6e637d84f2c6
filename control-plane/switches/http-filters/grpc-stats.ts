// Counters of each method: calls by status, messages in and out, and the time of the upstream.

import { create } from '@bufbuild/protobuf'
import { anyPack } from '@bufbuild/protobuf/wkt'
import { FilterConfigSchema } from '@envoy/xds-protos/envoy/extensions/filters/http/grpc_stats/v3/config_pb.js'
import { Type } from 'typebox'
import { httpFilterSwitch } from '../attach-points.ts'
import { NamedMap } from '../named-map.ts'
import { facts } from '../schema-keywords.ts'

const SERVICE = 'switchyard.echo.v1.EchoService'
const METHODS = ['Unary', 'ServerStream']

/**
 * `filters.grpcStats` of a fleet. The counters are those of the cluster that a call goes to
 * (`cluster.echo.grpc.switchyard.echo.v1.EchoService.Unary.0`). The filter is behind those that deny calls: what they deny goes to no
 * cluster, and nobody else can make up names of methods to fill the memory.
 * https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_filters/grpc_stats_filter
 */
export const grpcStats = httpFilterSwitch({
  name: 'grpc_stats',
  after: ['grpc_web', 'header_mutation', 'jwt_authn', 'ext_authz', 'rbac'],
  field: 'grpcStats',
  room: 'filters',
  schema: Type.Object(
    {
      enabled: Type.Boolean({ description: 'true or false' }),
      services: Type.Optional(
        NamedMap(
          Type.Array(
            Type.String({
              pattern: '^[A-Za-z_][A-Za-z0-9_]{0,199}$',
              description: 'the name of a method, such as Unary',
              ...facts({ example: 'Unary' }),
            }),
            {
              minItems: 1,
              uniqueItems: true,
              description: 'a list of methods, such as [Unary, ServerStream]',
              ...facts({ envoy: 'GrpcMethodList.services.method_names', example: METHODS }),
            },
          ),
          'methods by their services; all other calls are counted together. If it is not written, each method has counters of its own',
          {
            envoy: 'FilterConfig.individual_method_stats_allowlist',
            example: { [SERVICE]: METHODS },
          },
        ),
      ),
      upstreamTime: Type.Optional(
        Type.Boolean({
          default: true,
          description: 'true or false: whether there is a histogram of the time that the upstream took',
          ...facts({ envoy: 'FilterConfig.enable_upstream_stats' }),
        }),
      ),
    },
    {
      additionalProperties: false,
      description: 'counters of each method, such as { enabled: true }',
      ...facts({ envoy: 'FilterConfig', example: { enabled: true, services: { [SERVICE]: METHODS } } }),
    },
  ),
  appliesTo: ['envoy'],
  messages: [FilterConfigSchema],
  toExtension: ({ services, upstreamTime }) =>
    anyPack(
      FilterConfigSchema,
      create(FilterConfigSchema, {
        // Access logs and other filters may want the numbers of messages of one call.
        emitFilterState: true,
        enableUpstreamStats: upstreamTime,
        perMethodStatSpecifier:
          services === undefined
            ? { case: 'statsForAllMethods', value: { value: true } }
            : {
                case: 'individualMethodStatsAllowlist',
                value: {
                  services: Object.entries(services)
                    .toSorted(([a], [b]) => (a < b ? -1 : 1))
                    .map(([name, methods]) => ({ name, methodNames: methods.toSorted() })),
                },
              },
      }),
    ),
})
