// Where access logs go: a file, standard output, or a log service over gRPC.

import { create, type DescMessage, type MessageInitShape } from '@bufbuild/protobuf'
import { anyPack } from '@bufbuild/protobuf/wkt'
import type { AccessLogSchema } from '@envoy/xds-protos/envoy/config/accesslog/v3/accesslog_pb.js'
import { ApiVersion } from '@envoy/xds-protos/envoy/config/core/v3/config_source_pb.js'
import { FileAccessLogSchema } from '@envoy/xds-protos/envoy/extensions/access_loggers/file/v3/file_pb.js'
import {
  type CommonGrpcAccessLogConfigSchema,
  HttpGrpcAccessLogConfigSchema,
  TcpGrpcAccessLogConfigSchema,
} from '@envoy/xds-protos/envoy/extensions/access_loggers/grpc/v3/als_pb.js'
import { OpenTelemetryAccessLogConfigSchema } from '@envoy/xds-protos/envoy/extensions/access_loggers/open_telemetry/v3/logs_service_pb.js'
import { StdoutAccessLogSchema } from '@envoy/xds-protos/envoy/extensions/access_loggers/stream/v3/stream_pb.js'
import { type Static, Type } from 'typebox'
import { XDS_CLUSTER } from '../../../core/bootstrap-cluster.ts'
import type { DeepReadonly } from '../../../core/deep-readonly.ts'
import { CALL_LOG, CONNECTION_LOG } from '../../../core/log-names.ts'
import { PositiveDuration, toDuration } from '../duration.ts'
import { LogPath } from '../log-path.ts'
import { facts } from '../schema-keywords.ts'
import { MARK_TAGS } from './content-mark.ts'
import { ONLY, type Only, toFilter } from './log-filter.ts'
import { FORMAT, fieldsOf, type LogFormat, type Logged, toFormat } from './log-format.ts'

export type AccessLogParts = MessageInitShape<typeof AccessLogSchema>

export const FileSink = Type.Object(
  {
    path: LogPath({ envoy: 'FileAccessLog.path', example: '/var/log/envoy/calls.log' }),
    ...FORMAT,
    ...ONLY,
  },
  {
    additionalProperties: false,
    description: 'a file such as { path: /var/log/envoy/calls.log }',
    ...facts({ envoy: 'FileAccessLog', example: { path: '/var/log/envoy/calls.log', format: 'text' } }),
  },
)

export const StdoutSink = Type.Object(
  { ...FORMAT, ...ONLY },
  {
    additionalProperties: false,
    description: "Envoy's standard output, such as { format: text }",
    ...facts({ envoy: 'StdoutAccessLog', example: { only: { errors: true } } }),
  },
)

export const GrpcSink = Type.Object(
  {
    upstream: Type.Optional(
      Type.String({
        description: 'the name of an upstream that serves AccessLogService; without it, the control plane',
        ...facts({ envoy: 'CommonGrpcAccessLogConfig.grpc_service.envoy_grpc', example: 'log-service' }),
      }),
    ),
    flushInterval: PositiveDuration('1s', 'the time after which Envoy sends what it has', {
      envoy: 'CommonGrpcAccessLogConfig.buffer_flush_interval',
      example: '250ms',
    }),
    ...ONLY,
  },
  {
    additionalProperties: false,
    description: 'a log service, such as { flushInterval: 1s } for the control plane',
    ...facts({ envoy: 'HttpGrpcAccessLogConfig', example: { only: { sample: 10 } } }),
  },
)

export const OpenTelemetrySink = Type.Object(
  {
    upstream: Type.String({
      description: 'the name of an upstream that takes OTLP over gRPC, such as a collector',
      ...facts({ envoy: 'CommonGrpcAccessLogConfig.grpc_service.envoy_grpc', example: 'collector' }),
    }),
    fields: FORMAT.fields,
    ...ONLY,
  },
  {
    additionalProperties: false,
    description: 'log records of OpenTelemetry, such as { upstream: collector }',
    ...facts({ envoy: 'OpenTelemetryAccessLogConfig', example: { upstream: 'collector' } }),
  },
)

type FileSettings = DeepReadonly<Static<typeof FileSink>>
type StdoutSettings = DeepReadonly<Static<typeof StdoutSink>>
type OpenTelemetrySettings = DeepReadonly<Static<typeof OpenTelemetrySink>>
type GrpcSettings = DeepReadonly<Static<typeof GrpcSink>>

export const SINK_MESSAGES: readonly DescMessage[] = [
  FileAccessLogSchema,
  StdoutAccessLogSchema,
  HttpGrpcAccessLogConfigSchema,
  TcpGrpcAccessLogConfigSchema,
  OpenTelemetryAccessLogConfigSchema,
]

function logger<T extends DescMessage>(
  name: string,
  [schema, config]: readonly [T, MessageInitShape<T>],
  logged: Logged,
  only: Only | undefined,
): AccessLogParts {
  const filter = toFilter(logged, only)
  return {
    name: `envoy.access_loggers.${name}`,
    ...(filter && { filter }),
    configType: { case: 'typedConfig', value: anyPack(schema, create(schema, config)) },
  }
}

export function toFileLog(logged: Logged, { path, only, ...format }: FileSettings): AccessLogParts {
  return logger(
    'file',
    [FileAccessLogSchema, { path, accessLogFormat: inFormat(logged, format) }],
    logged,
    only,
  )
}

export function toStdoutLog(logged: Logged, { only, ...format }: StdoutSettings): AccessLogParts {
  return logger(
    'stdout',
    [StdoutAccessLogSchema, { accessLogFormat: inFormat(logged, format) }],
    logged,
    only,
  )
}

function inFormat(logged: Logged, format: LogFormat) {
  return { case: 'logFormat' as const, value: toFormat(logged, format) }
}

/** The status of a call is in its trailers, or in its headers where it has no message. Envoy sends neither by itself. */
const STATUS_HEADERS = ['grpc-status', 'grpc-message']

export function toGrpcLog(logged: Logged, { only, ...settings }: GrpcSettings): AccessLogParts {
  const commonConfig = {
    ...toCommonConfig(settings),
    ...(settings.upstream === undefined && { customTags: MARK_TAGS }),
  }
  if (logged === 'connections')
    return logger('tcp_grpc', [TcpGrpcAccessLogConfigSchema, { commonConfig }], logged, only)
  const config = {
    commonConfig,
    additionalResponseHeadersToLog: STATUS_HEADERS,
    additionalResponseTrailersToLog: STATUS_HEADERS,
  }
  return logger('http_grpc', [HttpGrpcAccessLogConfigSchema, config], logged, only)
}

/** Each field is an attribute of a log record. Its time and the node are in the record anyway. */
export function toOpenTelemetryLog(
  logged: Logged,
  { upstream, fields, only }: OpenTelemetrySettings,
): AccessLogParts {
  const values = Object.entries(fieldsOf(logged, fields)).map(([key, text]) => ({
    key,
    value: { value: { case: 'stringValue' as const, value: text } },
  }))
  const config = { commonConfig: toCommonConfig({ upstream }), attributes: { values } }
  return logger('open_telemetry', [OpenTelemetryAccessLogConfigSchema, config], logged, only)
}

/** A log of the listener itself, for the control plane: it has each connection when it is closed, in both modes. */
export function toConnectionLog(settings: GrpcSettings): AccessLogParts {
  const commonConfig = toCommonConfig(settings, CONNECTION_LOG)
  return logger('tcp_grpc', [TcpGrpcAccessLogConfigSchema, { commonConfig }], 'connections', undefined)
}

function toCommonConfig(
  { upstream = XDS_CLUSTER, flushInterval = '1s' }: Omit<GrpcSettings, 'only'>,
  logName: string = CALL_LOG,
): MessageInitShape<typeof CommonGrpcAccessLogConfigSchema> {
  return {
    logName,
    grpcService: { targetSpecifier: { case: 'envoyGrpc', value: { clusterName: upstream } } },
    transportApiVersion: ApiVersion.V3,
    bufferFlushInterval: toDuration(flushInterval),
  }
}
