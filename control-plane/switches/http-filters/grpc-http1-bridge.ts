// gRPC over HTTP/1.1: callers without HTTP/2 get the status of a call, which is in its trailers, as a header.

import { create } from '@bufbuild/protobuf'
import { anyPack } from '@bufbuild/protobuf/wkt'
import { FilterConfigSchema } from '@envoy/xds-protos/envoy/config/route/v3/route_components_pb.js'
import { ConfigSchema } from '@envoy/xds-protos/envoy/extensions/filters/http/grpc_http1_bridge/v3/config_pb.js'
import { Type } from 'typebox'
import { httpFilterSwitch } from '../attach-points.ts'
import { ACCEPT_HTTP1 } from '../http1.ts'
import { facts } from '../schema-keywords.ts'
import { onOrOff } from './filter-of-rule.ts'

/**
 * `filters.grpcHttp1Bridge` of a fleet, and of a rule whose answers are not held back. Without it Envoy drops the trailers of an answer
 * to HTTP/1.1, and with them the status of the call. With it Envoy holds the whole answer back until it knows them: a server stream
 * arrives at its end, all at once, and an answer larger than `connectionBuffer` of the listener ends with UNKNOWN. Calls over HTTP/2
 * pass it unchanged.
 * https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_filters/grpc_http1_bridge_filter
 */
export const grpcHttp1Bridge = httpFilterSwitch({
  name: 'grpc_http1_bridge',
  after: ['cors', 'compressor'],
  field: 'grpcHttp1Bridge',
  room: 'filters',
  schema: Type.Object(
    {
      enabled: Type.Boolean({ description: 'true or false' }),
      plainMessages: Type.Optional(
        Type.Boolean({
          default: false,
          description:
            'true or false: whether a body may be one message alone, with the content type application/x-protobuf; so is the answer then',
          ...facts({ envoy: 'Config.upgrade_protobuf_to_grpc' }),
        }),
      ),
    },
    {
      additionalProperties: false,
      description:
        'gRPC over HTTP/1.1, { enabled: true }: Envoy holds each answer back until its end, so it is for unary methods',
      ...facts({ envoy: 'Config', example: { enabled: true } }),
    },
  ),
  appliesTo: ['envoy'],
  needsL7: true,
  messages: [ConfigSchema, FilterConfigSchema],
  toExtension: ({ plainMessages }) =>
    anyPack(ConfigSchema, create(ConfigSchema, { upgradeProtobufToGrpc: plainMessages })),
  toHttpConnectionManager: () => ACCEPT_HTTP1,
  rule: {
    schema: Type.Object(
      {
        enabled: Type.Boolean({
          description: 'true or false: whether answers to HTTP/1.1 are held back for their status',
          ...facts({ envoy: 'FilterConfig.disabled' }),
        }),
      },
      {
        additionalProperties: false,
        description:
          'gRPC over HTTP/1.1 where the fleet has it, or { enabled: false } for streams, whose messages pass as they come and whose status is lost',
        ...facts({ envoy: 'Route.typed_per_filter_config', example: { enabled: false } }),
      },
    ),
    toExtension: onOrOff,
  },
})
