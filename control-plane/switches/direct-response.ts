// Answers by Envoy itself: calls of a rule end with a gRPC status, and no service is called.

import { HeaderValueOption_HeaderAppendAction as Append } from '@envoy/xds-protos/envoy/config/core/v3/base_pb.js'
import { Type } from 'typebox'
import { GRPC_STATUS_NAMES } from '../../core/grpc-statuses.ts'
import { type RouteParts, ruleSwitch } from './attach-points.ts'
import { toHeaderOptions } from './header-changes.ts'
import { facts } from './schema-keywords.ts'

const GRPC = 'application/grpc'

type Status = Exclude<(typeof GRPC_STATUS_NAMES)[number], 'OK'>
/** Without OK: a unary call that ends with it has a message, which Envoy does not know. */
const STATUSES = GRPC_STATUS_NAMES.filter((name) => name !== 'OK')

/** For callers that do not speak gRPC: https://github.com/googleapis/googleapis/blob/master/google/rpc/code.proto */
const HTTP_STATUSES: Readonly<Record<Status, number>> = {
  CANCELLED: 499,
  UNKNOWN: 500,
  INVALID_ARGUMENT: 400,
  DEADLINE_EXCEEDED: 504,
  NOT_FOUND: 404,
  ALREADY_EXISTS: 409,
  PERMISSION_DENIED: 403,
  RESOURCE_EXHAUSTED: 429,
  FAILED_PRECONDITION: 400,
  ABORTED: 409,
  OUT_OF_RANGE: 400,
  UNIMPLEMENTED: 501,
  INTERNAL: 500,
  UNAVAILABLE: 503,
  DATA_LOSS: 500,
  UNAUTHENTICATED: 401,
}

/**
 * `directResponse` of a rule, instead of a call to `to`, which may stay written: one PATCH of `enabled` takes a service out and
 * puts it back, such as for maintenance. It answers calls that have passed all filters. Envoy knows HTTP statuses only, and gives gRPC
 * callers the status of gRPC that belongs to one, which leaves out most. Headers of the route take the place of its own (seen with
 * 1.40), so gRPC callers have a route whose headers are the trailers of a call. All others get the HTTP status, with the message as body.
 * https://www.envoyproxy.io/docs/envoy/latest/intro/arch_overview/http/http_routing#direct-responses
 */
export const directResponse = ruleSwitch({
  field: 'directResponse',
  schema: Type.Object(
    {
      enabled: Type.Boolean({
        description: 'true or false: whether Envoy answers instead of the service',
        ...facts({ weaker: { value: false } }),
      }),
      status: Type.Enum(STATUSES, {
        description: 'the status of gRPC that calls end with, such as UNAVAILABLE',
        ...facts({ envoy: 'Route.direct_response', example: 'UNAVAILABLE' }),
      }),
      message: Type.Optional(
        Type.String({
          minLength: 1,
          maxLength: 1024,
          description: 'the message beside the status, up to 1024 characters',
          ...facts({
            envoy: 'DirectResponseAction.body',
            example: 'the ledger is read-only until 14:00 UTC',
          }),
        }),
      ),
    },
    {
      additionalProperties: false,
      description: 'an answer such as { enabled: true, status: UNAVAILABLE, message: "back at 14:00 UTC" }',
      ...facts({
        envoy: 'Route.direct_response',
        example: { enabled: true, status: 'UNAVAILABLE', message: 'back at 14:00 UTC' },
      }),
    },
  ),
  appliesTo: ['envoy'],
  // A client that called the service in spite of it would reach what callers are kept away from.
  protects: true,
  *problemsWith({ enabled }, { redirect }) {
    if (!enabled || redirect?.enabled !== true) return
    yield { steps: [], message: 'cannot be combined with redirect: set enabled of one of the two to false' }
  },
  toAnswers: ({ enabled, status, message }) =>
    enabled ? [toGrpcAnswer(status, message), toHttpAnswer(status, message)] : [],
})

/** Also for gRPC-Web, whose callers Envoy does not count among those of gRPC when it answers itself. */
function toGrpcAnswer(status: Status, message: string | undefined): RouteParts {
  const headers = {
    'grpc-status': String(GRPC_STATUS_NAMES.indexOf(status)),
    ...(message !== undefined && { 'grpc-message': percentEncode(message) }),
  }
  return {
    match: {
      headers: [
        {
          name: 'content-type',
          headerMatchSpecifier: {
            case: 'stringMatch',
            value: { matchPattern: { case: 'prefix', value: GRPC } },
          },
        },
      ],
    },
    action: { case: 'directResponse', value: { status: 200 } },
    responseHeadersToAdd: toHeaderOptions(headers, Append.OVERWRITE_IF_EXISTS_OR_ADD),
  }
}

function toHttpAnswer(status: Status, message: string | undefined): RouteParts {
  return {
    action: {
      case: 'directResponse',
      value: {
        status: HTTP_STATUSES[status],
        ...(message !== undefined && { body: { specifier: { case: 'inlineString', value: message } } }),
      },
    },
  }
}

/** https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md#responses */
function percentEncode(message: string): string {
  const encode = (byte: number) => {
    const isPlain = byte >= 0x20 && byte <= 0x7e && byte !== PERCENT
    return isPlain ? String.fromCharCode(byte) : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`
  }
  return [...Buffer.from(message, 'utf8')].map(encode).join('')
}
const PERCENT = 0x25
