// The size of a request: a rule may have its requests held back until they are whole, and deny those that are too large.

import { create, type MessageInitShape } from '@bufbuild/protobuf'
import { anyPack } from '@bufbuild/protobuf/wkt'
import {
  type AccessLogFilterSchema,
  ComparisonFilter_Op,
} from '@envoy/xds-protos/envoy/config/accesslog/v3/accesslog_pb.js'
import {
  BufferPerRouteSchema,
  BufferSchema,
} from '@envoy/xds-protos/envoy/extensions/filters/http/buffer/v3/buffer_pb.js'
import { Type } from 'typebox'
import { GRPC_STATUS_NAMES } from '../../../core/grpc-statuses.ts'
import { httpFilterSwitch } from '../attach-points.ts'
import { facts } from '../schema-keywords.ts'

const KIB = 1024
const PAYLOAD_TOO_LARGE = 413
const RESOURCE_EXHAUSTED = GRPC_STATUS_NAMES.indexOf('RESOURCE_EXHAUSTED')

/** gRPC's own answer to a message that is too large, where Envoy's would be UNKNOWN. Other callers get 413. */
const OF_GRPC: MessageInitShape<typeof AccessLogFilterSchema> = {
  filterSpecifier: {
    case: 'andFilter',
    value: {
      filters: [
        {
          filterSpecifier: {
            case: 'statusCodeFilter',
            value: {
              comparison: {
                op: ComparisonFilter_Op.EQ,
                value: { defaultValue: PAYLOAD_TOO_LARGE, runtimeKey: 'switchyard.request_too_large' },
              },
            },
          },
        },
        {
          filterSpecifier: {
            case: 'headerFilter',
            value: {
              header: {
                name: 'content-type',
                headerMatchSpecifier: {
                  case: 'stringMatch',
                  value: { matchPattern: { case: 'prefix', value: 'application/grpc' } },
                },
              },
            },
          },
        },
      ],
    },
  },
}

/**
 * `filters.requestSize` of a fleet, and of the rules whose requests have a limit. Envoy has no limit of one gRPC message: it can only
 * hold a request back until its last byte, and answer `RESOURCE_EXHAUSTED` when more than the limit has come. So a unary call reaches
 * the service later and in one piece, a client stream only after its last message, and a bidirectional method that waits for an answer
 * before it sends more never gets one. What arrives together with the end of the request is not counted, which is up to one frame of
 * 16 KiB (seen with 1.40). gRPC servers have a limit of each message themselves, 4 MiB in most languages.
 * https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_filters/buffer_filter
 */
export const requestSize = httpFilterSwitch({
  name: 'buffer',
  // Nobody fills the memory who may not call.
  after: ['binary_metadata', 'header_mutation', 'jwt_authn', 'ext_authz', 'rbac', 'grpc_stats', 'fault'],
  field: 'requestSize',
  room: 'filters',
  schema: Type.Object(
    { enabled: Type.Boolean({ description: 'true or false: whether the limits of rules hold' }) },
    {
      additionalProperties: false,
      description: 'limits of the sizes of requests where rules have some, { enabled: true }',
      ...facts({ envoy: 'Buffer', example: { enabled: true } }),
    },
  ),
  appliesTo: ['envoy'],
  rulesOnly: true,
  messages: [BufferSchema, BufferPerRouteSchema],
  // The number is never used: only rules turn the filter on, each with its own.
  toExtension: () => anyPack(BufferSchema, create(BufferSchema, { maxRequestBytes: 64 * KIB })),
  toHttpConnectionManager: () => ({
    localReplyConfig: {
      mappers: [
        {
          filter: OF_GRPC,
          headersToAdd: [{ header: { key: 'grpc-status', value: String(RESOURCE_EXHAUSTED) } }],
        },
      ],
    },
  }),
  rule: {
    schema: Type.Object(
      {
        maxBytes: Type.Integer({
          minimum: 64 * KIB,
          maximum: 4_294_967_295,
          description: 'bytes of one request with all its messages, 65536 to 4294967295',
          ...facts({ envoy: 'Buffer.max_request_bytes', example: 4_194_304 }),
        }),
      },
      {
        additionalProperties: false,
        description:
          'a limit such as { maxBytes: 4194304 }, for unary and server-streaming methods: Envoy holds each request back until it is whole, so client streams arrive at their end, and bidirectional calls get no answer before',
        ...facts({ envoy: 'Route.typed_per_filter_config', example: { maxBytes: 4_194_304 } }),
      },
    ),
    *warnings(_, { match: { method, path } }) {
      if (method !== undefined || path !== undefined) return
      const message =
        'holds each request back until it is whole, also of client streams, which arrive at their end, and of bidirectional methods, whose callers get no answer while they send: match single unary or server-streaming methods, by method or path'
      yield { steps: [], message }
    },
    toExtension: ({ maxBytes }) =>
      anyPack(
        BufferPerRouteSchema,
        create(BufferPerRouteSchema, {
          override: { case: 'buffer', value: { maxRequestBytes: maxBytes } },
        }),
      ),
  },
})
