// One line of a log of services. What Envoy's access log knows too has the same name there, so that one query finds both.

import { type Static, Type } from 'typebox'
import { GRPC_STATUS_NAMES } from './grpc-statuses.ts'

const Text = (description: string) => Type.String({ description })
const Count = (description: string) => Type.Integer({ minimum: 0, description })

const ErrorSchema = Type.Object(
  {
    details: Type.Optional(
      Type.Array(Type.Record(Type.String(), Type.Unknown()), {
        description: 'the details of `google.rpc.Status`, each as JSON with its `@type`',
      }),
    ),
    cause: Type.Optional(
      Type.Object(
        { type: Type.String(), message: Type.String(), stack: Type.Optional(Type.String()) },
        {
          additionalProperties: false,
          description: 'what the service threw; the client does not learn it',
        },
      ),
    ),
  },
  { additionalProperties: false, description: 'of a call that failed' },
)

/** Every line is a JSON object with these fields, and no others. */
export const LogLineSchema = Type.Object(
  {
    time: Type.String({
      pattern: '^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z$',
      description: "when it happened, in UTC; of a call, when it ended (in Envoy's log, when it began)",
    }),
    level: Type.Enum(['debug', 'info', 'warn', 'error'], {
      description: 'of a call, by its status: `error` if the service is at fault',
    }),
    event: Type.Enum(['call', 'request', 'response', 'note'], {
      description: '`call`: a call ended; `request` and `response`: a message of it; `note`: anything else',
    }),
    role: Type.Enum(['client', 'server', 'proxy'], { description: 'which side wrote it' }),
    node: Text('the id of the process: of a backend, or the node id of an Envoy'),
    message: Type.Optional(Text('a sentence for people')),
    traceId: Type.Optional(
      Type.String({
        pattern: '^[0-9a-f]{32}$',
        description: 'of the trace: the same on all sides of a call',
      }),
    ),
    spanId: Type.Optional(
      Type.String({
        pattern: '^[0-9a-f]{16}$',
        description: 'of the span of this side; without a tracer, of the caller',
      }),
    ),
    requestId: Type.Optional(Text('`x-request-id`, which Envoy gives to every call')),
    path: Type.Optional(Text('the method, such as `/switchyard.echo.v1.EchoService/Unary`')),
    authority: Type.Optional(Text('the host that the client asked for')),
    caller: Type.Optional(Text('of a server: `host:port` at the other end of the connection')),
    endpoint: Type.Optional(Text('of a client: `host:port` that it called')),
    userAgent: Type.Optional(Text('of the client')),
    grpcStatus: Type.Optional(
      Type.Enum([...GRPC_STATUS_NAMES], { description: 'the name of the status code' }),
    ),
    grpcMessage: Type.Optional(Text('the text of a status that is not `OK`')),
    durationMs: Type.Optional(
      Type.Number({ minimum: 0, description: 'from the beginning of the call to its end, in milliseconds' }),
    ),
    requests: Type.Optional(Count('messages of the client')),
    responses: Type.Optional(Count('messages of the server')),
    error: Type.Optional(ErrorSchema),
    sequence: Type.Optional(Count('the position of a message in its direction, from 0')),
    payload: Type.Optional(
      Type.Unknown({ description: 'the message as JSON, with the names of its `.proto` file' }),
    ),
    redacted: Type.Optional(
      Type.Array(Type.String(), { description: 'sensitive fields that had a value, which was left out' }),
    ),
    truncated: Type.Optional(
      Type.Array(Type.String(), { description: 'fields that were too long, and cut' }),
    ),
  },
  { additionalProperties: false },
)

export type LogLine = Static<typeof LogLineSchema>
