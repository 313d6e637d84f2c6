// Decisions by a policy outside Envoy: an authorizer is asked about every call, with what tokens and certificates have proven.

import { create } from '@bufbuild/protobuf'
import { anyPack } from '@bufbuild/protobuf/wkt'
import { ApiVersion } from '@envoy/xds-protos/envoy/config/core/v3/config_source_pb.js'
import { ExtAuthzSchema } from '@envoy/xds-protos/envoy/extensions/filters/http/ext_authz/v3/ext_authz_pb.js'
import { StatusCode } from '@envoy/xds-protos/envoy/type/v3/http_status_pb.js'
import { Type } from 'typebox'
import { httpFilterSwitch } from '../attach-points.ts'
import { PositiveDuration, toDuration } from '../duration.ts'
import { facts } from '../schema-keywords.ts'
import { grpcCallout } from './grpc-callout.ts'

const SettingsSchema = Type.Object(
  {
    enabled: Type.Boolean({ description: 'true or false', ...facts({ weaker: { value: false } }) }),
    upstream: Type.String({
      description: 'the name of the upstream of the authorizer',
      ...facts({ envoy: 'ExtAuthz.grpc_service.envoy_grpc.cluster_name', example: 'authorizer' }),
    }),
    timeout: PositiveDuration('200ms', 'the time that a decision may take', {
      envoy: 'ExtAuthz.grpc_service.timeout',
      example: '500ms',
    }),
    onFailure: Type.Optional(
      Type.Enum(['deny', 'unavailable', 'allow'], {
        default: 'deny',
        description:
          'deny or unavailable, which deny calls with status 7 or 14 if no decision arrives, or allow, which lets them pass',
        ...facts({ envoy: 'ExtAuthz.failure_mode_allow', weaker: { value: 'allow' } }),
      }),
    ),
    allowPlaintext: Type.Optional(
      Type.Boolean({
        default: false,
        description:
          'true or false: whether the authorizer may be on another host without tls, where its answers can be forged',
        ...facts({ example: true, weaker: { value: true } }),
      }),
    ),
    maxBody: Type.Optional(
      Type.Integer({
        minimum: 0,
        maximum: 4 * 1024 * 1024,
        default: 0,
        description:
          'bytes from 1 to 4194304 that a call may send in all, which is then held until it is whole; 0 sends no bodies',
        ...facts({ envoy: 'ExtAuthz.with_request_body.max_request_bytes', example: 65_536 }),
      }),
    ),
    headers: Type.Optional(
      Type.Array(
        Type.String({
          pattern: '^x-auth-[a-z0-9-]+$',
          description: 'a header that begins with x-auth-',
          ...facts({ example: 'x-auth-tenant' }),
        }),
        {
          uniqueItems: true,
          default: ['x-auth-roles', 'x-auth-subject'],
          description: 'a list of headers that the policy sets, such as [x-auth-roles, x-auth-subject]',
          ...facts({
            envoy: 'HeaderMutation.mutations.request_mutations',
            example: ['x-auth-roles', 'x-auth-tenant'],
          }),
        },
      ),
    ),
  },
  {
    additionalProperties: false,
    description: 'decisions by a policy such as { enabled: true, upstream: authorizer }',
    ...facts({ envoy: 'ExtAuthz', example: { enabled: true, upstream: 'authorizer' } }),
  },
)

export const extAuthz = httpFilterSwitch({
  name: 'ext_authz',
  after: ['cors', 'grpc_web', 'header_mutation', 'jwt_authn'],
  field: 'opa',
  schema: SettingsSchema,
  room: 'security',
  appliesTo: ['envoy'],
  messages: [ExtAuthzSchema],

  references: ({ upstream }) => [{ steps: ['upstream'], to: 'upstreams', name: upstream }],

  ownedHeaders: ({ headers }) => headers,

  toExtension({ upstream, timeout, onFailure, maxBody }) {
    return anyPack(
      ExtAuthzSchema,
      create(ExtAuthzSchema, {
        transportApiVersion: ApiVersion.V3,
        services: {
          case: 'grpcService',
          value: { ...grpcCallout(upstream), timeout: toDuration(timeout) },
        },
        failureModeAllow: onFailure === 'allow',
        statusOnError: {
          code: onFailure === 'unavailable' ? StatusCode.ServiceUnavailable : StatusCode.Forbidden,
        },
        metadataContextNamespaces: ['envoy.filters.http.jwt_authn'],
        // Byte for byte and each value by itself: joined into one text, a header sent twice looks like one.
        encodeRawHeaders: true,
        validateMutations: true,
        ...(maxBody > 0 && { withRequestBody: { maxRequestBytes: maxBody, packAsBytes: true } }),
      }),
    )
  },
})
