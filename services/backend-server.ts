// A backend: echo, key-value, health and reflection on one address.

import { EchoService } from '@envoy/xds-protos/switchyard/echo/v1/echo_pb.js'
import { KeyValueService } from '@envoy/xds-protos/switchyard/kv/v1/key_value_pb.js'
import { OpenRcaService } from '@envoy/xds-protos/xds/service/orca/v3/orca_pb.js'
import { Server } from '@grpc/grpc-js'
import { CertificateFiles, type CertificatePaths } from './certificate-files.ts'
import { type Behavior, ChangingBehavior, latency } from './changing-behavior.ts'
import type { ListenAddress, TcpAddress } from './draining-listener.ts'
import { DrainingListener } from './draining-listener.ts'
import { echoService } from './echo.ts'
import { explainErrors } from './explain-errors.ts'
import { failing } from './failing-calls.ts'
import { addHealth } from './health.ts'
import { type KeyValueOptions, keyValueService } from './key-value.ts'
import { LoadReport, type LoadReportOptions, loadReportService, reportWithCalls } from './load-report.ts'
import { notingCauses } from './logging/error-fields.ts'
import { type LogOptions, openCallLog } from './logging/open-call-log.ts'
import { logServerCalls } from './logging/server-calls.ts'
import { BackendMetrics } from './metrics/backend-metrics.ts'
import { reflectionOf } from './reflection.ts'
import type { OnUnexpected } from './rpc/index.ts'
import { addService, MAX_MESSAGE_BYTES } from './rpc/index.ts'
import { withMessageEvents } from './tracing/message-events.ts'

const SERVICES = [EchoService, KeyValueService]

const SERVER_OPTIONS = {
  'grpc.max_receive_message_length': MAX_MESSAGE_BYTES,
  'grpc.max_concurrent_streams': 1024,
  'grpc.keepalive_time_ms': 60_000,
  'grpc.keepalive_timeout_ms': 20_000,
}

/** How long calls in progress may take to end once the backend stops. */
const STOP_GRACE_MS = 2_000

export interface BackendOptions {
  /** The id in its answers. */
  readonly id: string
  readonly listen: ListenAddress
  /** A delay in milliseconds before each call, except health checks and reflection. Default: 0. */
  readonly latencyMs: number
  /** The age at which a connection gets GOAWAY, give or take 10 %, and how long its calls may then go on. Default: no limit. */
  readonly connectionAge?: { readonly maxMs: number; readonly graceMs?: number }
  /** The share of calls that end with UNAVAILABLE, in whole percents. Default: 0. */
  readonly failPercent?: number
  /** Whether both may change while it runs: see `Backend.behave`. Default: false. */
  readonly changeable?: boolean
  /** What it reports of its load (ORCA). Default: nothing. */
  readonly load?: LoadReportOptions
  /** Where the key-value service keeps values, and how often it may be written. Default: in memory, without limit. */
  readonly keyValue?: KeyValueOptions
  /** Whether the errors of the key-value service carry their stack. Default: false. */
  readonly debugDetails?: boolean
  /** Where it logs its calls, and which of their messages. Default: no log. */
  readonly log?: LogOptions
  /** Where Prometheus finds its metrics. Default: nowhere, and nothing is counted. */
  readonly metrics?: TcpAddress
  /** Plaintext without it. */
  readonly tls?: CertificatePaths & { readonly allowPlaintext?: boolean }
}

/** Connections since the backend started. */
export interface ConnectionCount {
  readonly accepted: number
  readonly open: number
}

export interface Backend {
  /** `host:port` or `unix:/path`. */
  readonly address: string
  /** `host:port` of its metrics. */
  readonly metrics?: string
  /** Sends GOAWAY on all open connections and serves new ones. @returns the number of connections that got GOAWAY */
  drain(): number
  connections(): ConnectionCount
  /** Calls since it started, each attempt of a retry by itself; without `changeable` none is counted. */
  calls(): number
  /** Reports this utilization from now on; without `load` it has no effect. */
  setUtilization(utilization: number): void
  /** Delays and fails calls like this from now on; without `changeable` it has no effect. */
  behave(behavior: Behavior): void
  /** Gives calls in progress two seconds to end, then closes their connections. */
  close(): Promise<void>
}

/** Starts a backend in this process. Errors are those of `DrainingListener.listen`, of `CertificateFiles` and of `openCallLog`. */
export async function startBackend(options: BackendOptions, onUnexpected?: OnUnexpected): Promise<Backend> {
  const { id, listen, latencyMs, failPercent = 0, changeable, connectionAge, load, tls } = options
  const report = load && new LoadReport(load)
  const changing = changeable ? new ChangingBehavior({ latencyMs, failPercent }) : undefined
  const delays = changing?.delays ?? (latencyMs > 0 ? latency(latencyMs) : undefined)
  const fails = changing?.fails ?? (failPercent > 0 ? failing(failPercent) : undefined)
  const metrics = options.metrics && new BackendMetrics(SERVICES)
  const log = options.log && openCallLog(options.log, { role: 'server', node: id }, SERVICES)
  const interceptors = [
    // Outside all others, so that it sees what the client gets.
    ...(log ? [logServerCalls(log)] : []),
    ...(metrics ? [metrics.interceptor] : []),
    ...(delays ? [delays] : []),
    ...(report ? [reportWithCalls(report)] : []),
    // Around the report, which counts the calls that fail.
    ...(fails ? [fails] : []),
  ]
  const server = new Server({ ...SERVER_OPTIONS, ...toAgeOptions(connectionAge), interceptors })
  const explain = notingCauses(explainErrors({ debug: options.debugDetails ?? false }))
  addService(
    server,
    EchoService,
    withMessageEvents<typeof EchoService>(echoService(id)),
    onUnexpected,
    notingCauses(),
  )
  addService(server, KeyValueService, keyValueService(id, options.keyValue), onUnexpected, explain)
  if (report) addService(server, OpenRcaService, loadReportService(report), onUnexpected)
  reflectionOf(SERVICES).addToServer(server)
  const health = addHealth(
    server,
    SERVICES.map(({ typeName }) => typeName),
  )

  const { allowPlaintext = false, ...paths } = tls ?? {}
  const files = tls && new CertificateFiles(paths as CertificatePaths)
  const listener = new DrainingListener(server, files && { files, allowPlaintext })
  const metricsServer = options.metrics && (await metrics?.serve(options.metrics, listener))
  const address = await listener.listen(listen)
  return {
    address,
    ...(metricsServer && { metrics: metricsServer.address }),
    drain: () => listener.drain(),
    connections: () => listener.connections(),
    calls: () => changing?.calls ?? 0,
    setUtilization: (utilization) => report?.setUtilization(utilization),
    behave: (behavior) => changing?.set(behavior),
    async close() {
      health.stopServing()
      files?.close()
      metricsServer?.close()
      await listener.close(STOP_GRACE_MS)
      await log?.close()
    },
  }
}

/** https://github.com/grpc/proposal/blob/master/A9-server-side-conn-mgt.md */
function toAgeOptions(age: BackendOptions['connectionAge']) {
  if (age === undefined) return {}
  return {
    'grpc.max_connection_age_ms': age.maxMs,
    ...(age.graceMs !== undefined && { 'grpc.max_connection_age_grace_ms': age.graceMs }),
  }
}
