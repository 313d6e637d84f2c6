// What a line of an access log says: our own lines for calls and for connections, or the person's.
// https://www.envoyproxy.io/docs/envoy/latest/configuration/observability/access_log/usage#command-operators

import type { MessageInitShape } from '@bufbuild/protobuf'
import type { SubstitutionFormatStringSchema } from '@envoy/xds-protos/envoy/config/core/v3/substitution_format_string_pb.js'
import { type Static, Type } from 'typebox'
import type { DeepReadonly } from '../../../core/deep-readonly.ts'
import { NamedMap } from '../named-map.ts'
import type { PlacedProblem } from '../placed-problem.ts'
import { facts } from '../schema-keywords.ts'

/** A listener in mode l7 logs calls, one in mode l4 connections. */
export type Logged = 'calls' | 'connections'

/** The path is without its query, which may hold what is nobody's business. */
const CALL = {
  time: '%START_TIME%',
  path: '%PATH(NQ)%',
  grpcStatus: '%GRPC_STATUS(SNAKE_STRING)%',
  httpStatus: '%RESPONSE_CODE%',
  details: '%RESPONSE_CODE_DETAILS%',
  flags: '%RESPONSE_FLAGS%',
  durationMs: '%DURATION%',
  bytesIn: '%BYTES_RECEIVED%',
  bytesOut: '%BYTES_SENT%',
  caller: '%DOWNSTREAM_REMOTE_ADDRESS%',
  connection: '%CONNECTION_ID%',
  authority: '%REQ(:AUTHORITY)%',
  userAgent: '%REQ(USER-AGENT)%',
  rule: '%ROUTE_NAME%',
  upstream: '%UPSTREAM_CLUSTER%',
  endpoint: '%UPSTREAM_HOST%',
  attempts: '%UPSTREAM_REQUEST_ATTEMPT_COUNT%',
  requestId: '%REQ(X-REQUEST-ID)%',
  traceId: '%TRACE_ID%',
} as const

const CONNECTION = {
  time: '%START_TIME%',
  details: '%CONNECTION_TERMINATION_DETAILS%',
  flags: '%RESPONSE_FLAGS%',
  durationMs: '%DURATION%',
  bytesIn: '%BYTES_RECEIVED%',
  bytesOut: '%BYTES_SENT%',
  caller: '%DOWNSTREAM_REMOTE_ADDRESS%',
  connection: '%CONNECTION_ID%',
  upstream: '%UPSTREAM_CLUSTER%',
  endpoint: '%UPSTREAM_HOST%',
} as const

const FIELDS = { calls: CALL, connections: CONNECTION } as const satisfies Record<Logged, object>

const LINES = {
  calls:
    '%START_TIME% %GRPC_STATUS(SNAKE_STRING)% %PATH(NQ)% %DURATION%ms from %DOWNSTREAM_REMOTE_ADDRESS% to %UPSTREAM_CLUSTER% %UPSTREAM_HOST% attempts %UPSTREAM_REQUEST_ATTEMPT_COUNT% http %RESPONSE_CODE% %RESPONSE_CODE_DETAILS% flags %RESPONSE_FLAGS% bytes %BYTES_RECEIVED% %BYTES_SENT% id %REQ(X-REQUEST-ID)%',
  connections:
    '%START_TIME% connection %DURATION%ms from %DOWNSTREAM_REMOTE_ADDRESS% to %UPSTREAM_CLUSTER% %UPSTREAM_HOST% flags %RESPONSE_FLAGS% bytes %BYTES_RECEIVED% %BYTES_SENT%',
} as const satisfies Record<Logged, string>

const SUBSTITUTION = 'SubstitutionFormatString'

/** The fields of a sink that writes text or JSON. */
export const FORMAT = {
  format: Type.Optional(
    Type.Enum(['json', 'text'], {
      default: 'json',
      description: 'json, an object a line, or text',
    }),
  ),
  fields: Type.Optional(
    NamedMap(
      Type.String({
        description: 'text with command operators of Envoy, such as "%GRPC_STATUS(SNAKE_STRING)%"',
        ...facts({ example: '%REQ(X-TENANT)%' }),
      }),
      'the fields of a line in JSON instead of our own, such as { status: "%GRPC_STATUS(SNAKE_STRING)%" }',
      {
        minProperties: 1,
        envoy: `${SUBSTITUTION}.json_format`,
        example: { status: '%GRPC_STATUS(SNAKE_STRING)%', tenant: '%REQ(X-TENANT)%' },
      },
    ),
  ),
  line: Type.Optional(
    Type.String({
      minLength: 1,
      description: 'a line of text with command operators of Envoy instead of our own',
      ...facts({
        envoy: `${SUBSTITUTION}.text_format_source`,
        example: '%GRPC_STATUS(SNAKE_STRING)% %PATH(NQ)%',
      }),
    }),
  ),
}

const FormatSchema = Type.Object(FORMAT)
export type LogFormat = DeepReadonly<Static<typeof FormatSchema>>

/** Envoy ends each object of JSON with a line feed, and no line of text. */
export function toFormat(
  logged: Logged,
  { format = 'json', fields, line }: LogFormat,
): MessageInitShape<typeof SubstitutionFormatStringSchema> {
  if (format === 'json') return { format: { case: 'jsonFormat', value: fieldsOf(logged, fields) } }
  const text = line ?? LINES[logged]
  const inlineString = text.endsWith('\n') ? text : `${text}\n`
  return {
    format: {
      case: 'textFormatSource',
      value: { specifier: { case: 'inlineString', value: inlineString } },
    },
  }
}

/** What a line in JSON has, by the names of its fields. */
export function fieldsOf(
  logged: Logged,
  fields: Readonly<Record<string, string>> = FIELDS[logged],
): Record<string, string> {
  return { ...fields }
}

/** @param steps to the sink */
export function* formatProblems(
  steps: readonly string[],
  { format = 'json', fields, line }: LogFormat,
): Iterable<PlacedProblem> {
  if (format === 'json' && line !== undefined)
    yield { steps: [...steps, 'line'], message: 'needs format: text beside it' }
  if (format === 'text' && fields !== undefined)
    yield { steps: [...steps, 'fields'], message: 'needs format: json beside it' }
}
