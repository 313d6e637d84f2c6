// gRPC-Web: calls of browsers, whose trailers are in the body, become gRPC calls.

import { create } from '@bufbuild/protobuf'
import { anyPack } from '@bufbuild/protobuf/wkt'
import { FilterConfigSchema } from '@envoy/xds-protos/envoy/config/route/v3/route_components_pb.js'
import { GrpcWebSchema } from '@envoy/xds-protos/envoy/extensions/filters/http/grpc_web/v3/grpc_web_pb.js'
import { Type } from 'typebox'
import { httpFilterSwitch } from '../attach-points.ts'
import { ACCEPT_HTTP1 } from '../http1.ts'
import { facts } from '../schema-keywords.ts'
import { onOrOff } from './filter-of-rule.ts'

/**
 * `filters.grpcWeb` of a fleet, and of a rule whose calls stay as they are. Calls of gRPC itself pass it unchanged. The filters
 * behind it see gRPC, so their denials reach a page as gRPC statuses.
 * https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_filters/grpc_web_filter,
 * https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-WEB.md
 */
export const grpcWeb = httpFilterSwitch({
  name: 'grpc_web',
  // Answers pass the chain in the other direction: they are gRPC-Web before they are compressed.
  after: ['cors', 'compressor', 'grpc_http1_bridge'],
  field: 'grpcWeb',
  room: 'filters',
  schema: Type.Object(
    { enabled: Type.Boolean({ description: 'true or false' }) },
    {
      additionalProperties: false,
      description: 'gRPC-Web for pages of browsers, { enabled: true }',
      ...facts({ envoy: 'GrpcWeb', example: { enabled: true } }),
    },
  ),
  appliesTo: ['envoy'],
  needsL7: true,
  messages: [GrpcWebSchema, FilterConfigSchema],
  toExtension: () => anyPack(GrpcWebSchema, create(GrpcWebSchema)),
  toHttpConnectionManager: () => ACCEPT_HTTP1,
  rule: {
    schema: Type.Object(
      {
        enabled: Type.Boolean({
          description: 'true or false: whether its calls may be gRPC-Web too',
          ...facts({ envoy: 'FilterConfig.disabled' }),
        }),
      },
      {
        additionalProperties: false,
        description: 'gRPC-Web where the fleet has it, or { enabled: false } for gRPC only',
        ...facts({ envoy: 'Route.typed_per_filter_config', example: { enabled: false } }),
      },
    ),
    toExtension: onOrOff,
  },
})
