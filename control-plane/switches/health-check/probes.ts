// What a health check asks an endpoint: a gRPC service whether it serves, a path over HTTP, or bytes over TCP.

import type { Message, MessageInitShape } from '@bufbuild/protobuf'
import {
  HeaderValueOption_HeaderAppendAction as Append,
  RequestMethod,
} from '@envoy/xds-protos/envoy/config/core/v3/base_pb.js'
import type { HealthCheckSchema } from '@envoy/xds-protos/envoy/config/core/v3/health_check_pb.js'
import { CodecClientType } from '@envoy/xds-protos/envoy/type/v3/http_pb.js'
import { type Static, Type } from 'typebox'
import type { DeepReadonly } from '../../../core/deep-readonly.ts'
import type { UpstreamEntry } from '../attach-points.ts'
import { headerProblems, headerValues } from '../changed-header.ts'
import { toHeaderOptions } from '../header-changes.ts'
import type { PlacedProblem } from '../placed-problem.ts'
import { facts } from '../schema-keywords.ts'

type HealthCheckParts = Exclude<MessageInitShape<typeof HealthCheckSchema>, Message>

function Authority(envoy: string) {
  return Type.Optional(
    Type.String({
      pattern: '^[A-Za-z0-9._:\\[\\]-]+$',
      maxLength: 253,
      description: 'the :authority of a check, such as echo.local; without it, the name of the upstream',
      ...facts({ envoy, example: 'echo.local' }),
    }),
  )
}

const HTTP = 'HealthCheck.http_health_check'
const RANGE = /^(\d{3})-(\d{3})$/

/** A range ends with its last status, unlike Envoy's, which ends before it. */
const StatusSchema = Type.Unsafe<number | string>({
  type: ['string', 'integer'],
  minimum: 100,
  maximum: 599,
  pattern: '^[1-5]\\d\\d-[1-5]\\d\\d$',
  description: 'a status such as 200, or a range such as "200-299"',
  ...facts({ envoy: 'Int64Range.start', example: '200-299' }),
})

const HttpProbeSchema = Type.Object(
  {
    path: Type.String({
      pattern: '^/[!-~]*$',
      maxLength: 1024,
      description: 'the path that is asked for by GET, with its query, such as /healthz',
      ...facts({ envoy: `${HTTP}.path`, example: '/healthz' }),
    }),
    host: Authority(`${HTTP}.host`),
    statuses: Type.Optional(
      Type.Array(StatusSchema, {
        minItems: 1,
        uniqueItems: true,
        default: [200],
        description: 'a list of statuses of a good answer, such as [200, "300-399"]',
        ...facts({ envoy: `${HTTP}.expected_statuses`, example: [200, 204] }),
      }),
    ),
    headers: Type.Optional(
      Type.Unsafe<Readonly<Record<string, string>>>(
        headerValues('values by the names of headers that a check has', `${HTTP}.request_headers_to_add`, {
          'x-probe': 'edge',
        }),
      ),
    ),
    codec: Type.Optional(
      Type.Enum(['http1', 'http2'], {
        description: 'http1 or http2; without it, the protocol of the upstream',
        ...facts({ envoy: `${HTTP}.codec_client_type` }),
      }),
    ),
  },
  {
    additionalProperties: false,
    description: 'a check over HTTP such as { path: /healthz }, instead of the one by gRPC',
    ...facts({ envoy: HTTP, example: { path: '/healthz', statuses: [200, 204] } }),
  },
)

function Bytes(description: string, envoy: string, example: string) {
  return Type.String({
    pattern: '^([0-9A-Fa-f]{2})+$',
    maxLength: 8192,
    description: `${description}, as pairs of hexadecimal digits in quotes, such as "${example}"`,
    ...facts({ envoy: `HealthCheck.tcp_health_check.${envoy}`, example }),
  })
}

const TcpProbeSchema = Type.Object(
  {
    send: Type.Optional(Bytes('the bytes that are sent', 'send', '50494e47')),
    receive: Type.Optional(
      Type.Array(Bytes('bytes of the answer', 'receive', '504f4e47'), {
        minItems: 1,
        description: 'a list of bytes that a good answer has in this order, such as ["504f4e47"]',
        ...facts({ envoy: 'HealthCheck.tcp_health_check.receive', example: ['504f4e47'] }),
      }),
    ),
  },
  {
    additionalProperties: false,
    description:
      'a check over TCP instead of the one by gRPC, such as {} for a connection that opens, or { send: "50494e47", receive: ["504f4e47"] }',
    ...facts({
      envoy: 'HealthCheck.tcp_health_check',
      example: { send: '50494e47', receive: ['504f4e47'] },
    }),
  },
)

export const PROBES = {
  service: Type.Optional(
    Type.String({
      pattern: '^([A-Za-z_]\\w*(\\.[A-Za-z_]\\w*)*)?$',
      default: '',
      description: 'the full name of the gRPC service to ask about, or "" for the whole server',
      ...facts({
        envoy: 'HealthCheck.grpc_health_check.service_name',
        example: 'switchyard.echo.v1.EchoService',
      }),
    }),
  ),
  authority: Authority('HealthCheck.grpc_health_check.authority'),
  http: Type.Optional(HttpProbeSchema),
  tcp: Type.Optional(TcpProbeSchema),
}

export interface Probes {
  readonly service?: string
  readonly authority?: string
  readonly http?: DeepReadonly<Static<typeof HttpProbeSchema>>
  readonly tcp?: DeepReadonly<Static<typeof TcpProbeSchema>>
}

export function* probeProblems({ http, tcp, ...ofGrpc }: Probes): Iterable<PlacedProblem> {
  if (http && tcp) yield { steps: ['tcp'], message: 'cannot be combined with http: remove one' }
  for (const field of ['service', 'authority'] as const) {
    if (ofGrpc[field] === undefined || !(http ?? tcp)) continue
    const fix = field === 'authority' && http ? 'write http.host' : 'remove it'
    yield {
      steps: [field],
      message: `has no effect beside ${http ? 'http' : 'tcp'}, because it is for checks by gRPC: ${fix}`,
    }
  }
  for (const [index, status] of (http?.statuses ?? []).entries()) {
    const { start, end } = toRange(status)
    if (start < end) continue
    const steps = ['http', 'statuses', String(index)]
    yield { steps, message: `is empty, because ${start} is more than ${end - 1n}: exchange them` }
  }
  for (const { steps, message } of headerProblems({ set: http?.headers ?? {} })) {
    yield { steps: ['http', 'headers', ...steps.slice(1)], message }
  }
}

/** Envoy NACKs a check by gRPC of endpoints that speak HTTP/1.1. */
export function* probeProblemsWith(
  { http, tcp }: Probes,
  { protocol }: UpstreamEntry,
): Iterable<PlacedProblem> {
  if (protocol !== 'http1' || (http ?? tcp)) return
  yield {
    steps: [],
    message: 'asks by gRPC, which needs HTTP/2, but the protocol is http1: write http or tcp',
  }
}

export function toProbe({ service, authority, http, tcp }: Probes, entry: UpstreamEntry): HealthCheckParts {
  if (tcp) return { healthChecker: { case: 'tcpHealthCheck', value: toTcp(tcp) } }
  if (http) return toHttp(http, entry)
  const value = { ...(service !== undefined && { serviceName: service }), ...(authority && { authority }) }
  return { healthChecker: { case: 'grpcHealthCheck', value } }
}

function toTcp({ send, receive = [] }: NonNullable<Probes['tcp']>) {
  const payload = (text: string) => ({ payload: { case: 'text' as const, value: text } })
  return { ...(send && { send: payload(send) }), receive: receive.map(payload) }
}

function toHttp(
  { path, host, statuses, headers, codec }: NonNullable<Probes['http']>,
  entry: UpstreamEntry,
): HealthCheckParts {
  const { protocol = 'http2', tls } = entry
  const version = codec ?? protocol
  return {
    healthChecker: {
      case: 'httpHealthCheck',
      value: {
        path,
        ...(host && { host }),
        ...(statuses && { expectedStatuses: statuses.map(toRange) }),
        ...(headers && { requestHeadersToAdd: toHeaderOptions(headers, Append.OVERWRITE_IF_EXISTS_OR_ADD) }),
        codecClientType: version === 'http2' ? CodecClientType.HTTP2 : CodecClientType.HTTP1,
        method: RequestMethod.GET,
      },
    },
    // The socket of the upstream offers its protocol, and a server would hold a check in another one for garbage.
    ...(tls?.enabled &&
      version !== protocol && { tlsOptions: { alpnProtocols: [version === 'http2' ? 'h2' : 'http/1.1'] } }),
  }
}

function toRange(status: number | string) {
  const [, first, last] = RANGE.exec(String(status)) ?? [undefined, status, status]
  return { start: BigInt(first ?? 0), end: BigInt(last ?? 0) + 1n }
}
