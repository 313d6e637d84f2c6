// Entries of Envoy's access logs as lines, with the names that the logs of services and Envoy's own JSON have.

import { durationMs, timestampDate } from '@bufbuild/protobuf/wkt'
import type { Address } from '@envoy/xds-protos/envoy/config/core/v3/address_pb.js'
import {
  type AccessLogCommon,
  AccessLogType,
  type HTTPAccessLogEntry,
  type TCPAccessLogEntry,
} from '@envoy/xds-protos/envoy/data/accesslog/v3/accesslog_pb.js'
import type { StreamAccessLogsMessage } from '@envoy/xds-protos/envoy/service/accesslog/v3/als_pb.js'
import { GRPC_STATUS_NAMES } from '../../core/grpc-statuses.ts'
import { joinAddress } from '../../core/host-and-port.ts'

/** Who streams a log: its first message says so. */
export interface LogSender {
  readonly node: string
  readonly fleet: string
  readonly log: string
}

/** Fields that an entry lacks are left out. */
export interface AccessLogLine extends LogSender {
  /** When it began, in UTC. */
  readonly time?: string
  readonly event: 'call' | 'connection'
  /** The method, without its query. */
  readonly path?: string
  readonly grpcStatus?: string
  readonly grpcMessage?: string
  readonly httpStatus?: number
  readonly details?: string
  /** The reasons of Envoy, such as `noHealthyUpstream`. */
  readonly flags?: readonly string[]
  readonly durationMs?: number
  readonly bytesIn?: number
  readonly bytesOut?: number
  readonly caller?: string
  readonly authority?: string
  readonly userAgent?: string
  readonly rule?: string
  readonly upstream?: string
  readonly endpoint?: string
  readonly attempts?: number
  readonly requestId?: string
  readonly tags?: Readonly<Record<string, string>>
}

export function senderOf({ identifier }: StreamAccessLogsMessage): LogSender {
  const { node, logName: log = '' } = identifier ?? {}
  return { node: node?.id ?? '', fleet: node?.cluster ?? '', log }
}

export function linesOf(
  { logEntries }: StreamAccessLogsMessage,
  sender: LogSender,
): readonly AccessLogLine[] {
  switch (logEntries.case) {
    case 'httpLogs':
      return logEntries.value.logEntry.map((entry) => lineOfCall(entry, sender))
    case 'tcpLogs':
      return logEntries.value.logEntry.flatMap((entry) => lineOfConnection(entry, sender))
    default:
      return []
  }
}

function lineOfCall(entry: HTTPAccessLogEntry, sender: LogSender): AccessLogLine {
  const { request, response } = entry
  const status = response?.responseTrailers['grpc-status'] ?? response?.responseHeaders['grpc-status']
  const message = response?.responseTrailers['grpc-message'] ?? response?.responseHeaders['grpc-message']
  return withoutEmpty({
    ...commonOf(entry.commonProperties),
    event: 'call',
    ...sender,
    path: request?.path.split('?')[0],
    grpcStatus: status === undefined ? undefined : (GRPC_STATUS_NAMES[Number(status)] ?? status),
    grpcMessage: message,
    httpStatus: response?.responseCode,
    details: response?.responseCodeDetails,
    bytesIn: Number(request?.requestBodyBytes ?? 0),
    bytesOut: Number(response?.responseBodyBytes ?? 0),
    authority: request?.authority,
    userAgent: request?.userAgent,
    requestId: request?.requestId,
  })
}

/** The beginning of a connection has an entry of its own, which says nothing that its end does not say too. */
function lineOfConnection(entry: TCPAccessLogEntry, sender: LogSender): readonly AccessLogLine[] {
  const { commonProperties, connectionProperties } = entry
  if (commonProperties?.accessLogType === AccessLogType.TcpUpstreamConnected) return []
  return [
    withoutEmpty({
      ...commonOf(commonProperties),
      event: 'connection',
      ...sender,
      details: commonProperties?.connectionTerminationDetails,
      bytesIn: Number(connectionProperties?.receivedBytes ?? 0),
      bytesOut: Number(connectionProperties?.sentBytes ?? 0),
    }),
  ]
}

function commonOf(common: AccessLogCommon | undefined) {
  if (common === undefined) return {}
  const { startTime, duration, responseFlags, customTags } = common
  const flags = Object.entries(responseFlags ?? {}).flatMap(([name, value]) =>
    name !== '$typeName' && value ? [name] : [],
  )
  return {
    time: startTime && timestampDate(startTime).toISOString(),
    durationMs: duration && durationMs(duration),
    flags: flags.length > 0 ? flags : undefined,
    caller: textOf(common.downstreamDirectRemoteAddress ?? common.downstreamRemoteAddress),
    rule: common.routeName,
    upstream: common.upstreamCluster,
    endpoint: textOf(common.upstreamRemoteAddress),
    attempts: common.upstreamRequestAttemptCount || undefined,
    tags: Object.keys(customTags).length > 0 ? customTags : undefined,
  }
}

function textOf(address: Address | undefined): string | undefined {
  const { address: kind } = address ?? {}
  if (kind?.case === 'pipe') return `unix:${kind.value.path}`
  if (kind?.case !== 'socketAddress') return undefined
  const { address: host, portSpecifier } = kind.value
  return joinAddress(host, Number(portSpecifier.value ?? 0))
}

function withoutEmpty(line: { readonly [Field in keyof AccessLogLine]: AccessLogLine[Field] | undefined }) {
  const written = Object.entries(line).filter(([, value]) => value !== undefined && value !== '')
  return Object.fromEntries(written) as unknown as AccessLogLine
}
