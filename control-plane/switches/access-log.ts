// Access logs: a line for each call with its gRPC status, or for each connection in mode l4.

import { type Static, Type } from 'typebox'
import type { DeepReadonly } from '../../core/deep-readonly.ts'
import { onlyEnds } from './access-log/log-filter.ts'
import { formatProblems, type Logged } from './access-log/log-format.ts'
import {
  type AccessLogParts,
  FileSink,
  GrpcSink,
  OpenTelemetrySink,
  SINK_MESSAGES,
  StdoutSink,
  toConnectionLog,
  toFileLog,
  toGrpcLog,
  toOpenTelemetryLog,
  toStdoutLog,
} from './access-log/sinks.ts'
import { listenerSwitch, type SettingReference } from './attach-points.ts'
import { parseDuration } from './duration.ts'
import type { PlacedProblem } from './placed-problem.ts'
import { facts } from './schema-keywords.ts'

const AccessLogSettings = Type.Object(
  {
    enabled: Type.Boolean({ description: 'true or false' }),
    file: Type.Optional(FileSink),
    stdout: Type.Optional(StdoutSink),
    grpc: Type.Optional(GrpcSink),
    openTelemetry: Type.Optional(OpenTelemetrySink),
  },
  {
    additionalProperties: false,
    description: 'access logs such as { enabled: true, stdout: { format: json } }',
    ...facts({
      envoy: 'HttpConnectionManager.access_log',
      example: { enabled: true, stdout: { format: 'json', only: { errors: true } } },
    }),
  },
)
export type AccessLogSettings = DeepReadonly<Static<typeof AccessLogSettings>>

const SINKS = ['file', 'stdout', 'grpc', 'openTelemetry'] as const

/**
 * `accessLog` of a fleet, and of a listener instead of the fleet's. Each sink is on where it is written, and has its own format
 * and its own `only`.
 * https://www.envoyproxy.io/docs/envoy/latest/configuration/observability/access_log/access_log
 */
export const accessLog = listenerSwitch({
  field: 'accessLog',
  alsoOfFleet: true,
  schema: AccessLogSettings,
  appliesTo: ['envoy'],
  messages: SINK_MESSAGES,
  references: ({ grpc, openTelemetry }) => [
    ...(grpc?.upstream === undefined ? [] : [upstreamAt('grpc', grpc.upstream)]),
    ...(openTelemetry === undefined ? [] : [upstreamAt('openTelemetry', openTelemetry.upstream)]),
  ],
  problems: settingProblems,
  toListener: (settings) =>
    logsToControlPlane(settings) ? { accessLog: [toConnectionLog(settings.grpc ?? {})] } : {},
  toHttpConnectionManager: (settings) => ({ accessLog: toLoggers('calls', settings) }),
  // The control plane counts a connection from its start. All others log it once, at its end.
  toTcpProxy({ grpc, ...others }) {
    const settings = { ...others, ...(grpc && { grpc }) }
    if (grpc === undefined || !logsToControlPlane(settings))
      return { accessLog: toLoggers('connections', settings) }
    return {
      accessLog: [
        ...toLoggers('connections', others).map(onlyEnds),
        ...toLoggers('connections', { enabled: true, grpc }),
      ],
      accessLogOptions: { flushAccessLogOnConnected: true },
    }
  },
})

/** Whether the control plane gets the calls of a listener or a fleet with these settings. */
export function logsToControlPlane({ enabled, grpc }: AccessLogSettings): boolean {
  return enabled && grpc !== undefined && grpc.upstream === undefined
}

function upstreamAt(sink: string, name: string): SettingReference {
  return { steps: [sink, 'upstream'], to: 'upstreams', name }
}

function toLoggers(
  logged: Logged,
  { enabled, file, stdout, grpc, openTelemetry }: AccessLogSettings,
): AccessLogParts[] {
  if (!enabled) return []
  return [
    ...(file ? [toFileLog(logged, file)] : []),
    ...(stdout ? [toStdoutLog(logged, stdout)] : []),
    ...(grpc ? [toGrpcLog(logged, grpc)] : []),
    ...(openTelemetry ? [toOpenTelemetryLog(logged, openTelemetry)] : []),
  ]
}

/** Envoy compares with a number of milliseconds of 32 bits. */
const LONGEST_MS = 4_294_967_295

function* settingProblems(settings: AccessLogSettings): Iterable<PlacedProblem> {
  for (const sink of SINKS) {
    const { slowerThan } = settings[sink]?.only ?? {}
    if ((parseDuration(slowerThan ?? '') ?? 0) <= LONGEST_MS) continue
    const message = `is ${slowerThan}, and Envoy counts to 1193h: write a shorter duration`
    yield { steps: [sink, 'only', 'slowerThan'], message }
  }
  const { enabled, file, stdout } = settings
  if (enabled && SINKS.every((sink) => settings[sink] === undefined))
    yield { steps: ['enabled'], message: `is true, but no log is written: add one of ${SINKS.join(', ')}` }
  if (file !== undefined) yield* formatProblems(['file'], file)
  if (stdout !== undefined) yield* formatProblems(['stdout'], stdout)
}
