// What a backend reports of its load (ORCA): with the end of each call, and on a stream for clients that ask.

import { setTimeout as wait } from 'node:timers/promises'
import { create, toBinary } from '@bufbuild/protobuf'
import type { Duration } from '@bufbuild/protobuf/wkt'
import { OrcaLoadReportSchema } from '@envoy/xds-protos/xds/data/orca/v3/orca_load_report_pb.js'
import type { OpenRcaService } from '@envoy/xds-protos/xds/service/orca/v3/orca_pb.js'
import {
  Metadata,
  ServerInterceptingCall,
  type ServerInterceptor,
  ServerListenerBuilder,
  status,
} from '@grpc/grpc-js'
import { LONGEST_TIMER_MS } from '../core/timer.ts'
import type { Implementation } from './rpc/index.ts'

/** The trailer of a report: https://github.com/grpc/proposal/blob/master/A51-custom-backend-metrics.md */
export const LOAD_REPORT_TRAILER = 'endpoint-load-metrics-bin'

/**
 * Calls a second that every report claims, whatever the backend serves. Clients weigh by calls a second over utilization, so
 * with equal rates the utilization alone decides. It is large, because Envoy rounds weights down to whole numbers.
 */
const MADE_UP_CALLS_PER_SECOND = 1000

/** The weight of the latest call in the share of calls that fail. */
const SMOOTHING = 0.02

/** A client may ask for more reports than this. */
const SHORTEST_INTERVAL_MS = 100
const DEFAULT_INTERVAL_MS = 10_000

export interface LoadReportOptions {
  /** Made up; 1 is fully used. With `capacity`, it is added to the measured one. */
  readonly utilization: number
  /** Calls at a time that use the backend fully: its utilization is then that of the calls in progress. Default: none. */
  readonly capacity?: number
  /** Metrics of its own, by name. Default: none. */
  readonly namedMetrics?: Readonly<Record<string, number>>
}

/** The load of one backend: its errors are real, and its utilization is made up or that of its calls in progress. */
export class LoadReport {
  #options: LoadReportOptions
  #failedShare = 0
  #inProgress = 0

  constructor(options: LoadReportOptions) {
    this.#options = options
  }

  setUtilization(utilization: number): void {
    this.#options = { ...this.#options, utilization }
  }

  /** Counts a call in progress. @returns what ends it, once */
  begin(): () => void {
    this.#inProgress += 1
    let hasEnded = false
    return () => {
      if (!hasEnded) this.#inProgress -= 1
      hasEnded = true
    }
  }

  /** Counts a call that has ended. */
  count(code: status): void {
    const failed = code === status.OK ? 0 : 1
    this.#failedShare += SMOOTHING * (failed - this.#failedShare)
  }

  toMessage() {
    const { utilization: madeUp, capacity, namedMetrics = {} } = this.#options
    const utilization = madeUp + (capacity === undefined ? 0 : this.#inProgress / capacity)
    return create(OrcaLoadReportSchema, {
      // Envoy falls back to the CPU; `@grpc/grpc-js` looks at the application only.
      applicationUtilization: utilization,
      cpuUtilization: utilization,
      rpsFractional: MADE_UP_CALLS_PER_SECOND,
      eps: MADE_UP_CALLS_PER_SECOND * this.#failedShare,
      namedMetrics: { ...namedMetrics },
    })
  }
}

/**
 * Adds a report to the status of each call, except health checks and the like. grpc-js has a recorder for this, which reads its
 * .proto files anew for each report (seen with 1.14).
 */
export function reportWithCalls(load: LoadReport): ServerInterceptor {
  return ({ path }, call) => {
    if (path.startsWith('/grpc.') || path.startsWith('/xds.')) return new ServerInterceptingCall(call)
    const end = load.begin()
    return new ServerInterceptingCall(call, {
      start: (next) => next(new ServerListenerBuilder().withOnCancel(end).build()),
      sendStatus: (ended, next) => {
        load.count(ended.code)
        const metadata = ended.metadata?.clone() ?? new Metadata()
        metadata.set(LOAD_REPORT_TRAILER, Buffer.from(toBinary(OrcaLoadReportSchema, load.toMessage())))
        // The report is of a backend that still has this call.
        end()
        next({ ...ended, metadata })
      },
    })
  }
}

/** A report at once, and then one in each interval that the client asks for. */
export function loadReportService(load: LoadReport): Implementation<typeof OpenRcaService> {
  return {
    async *streamCoreMetrics({ reportInterval }, { signal }) {
      const asked = Math.max(milliseconds(reportInterval), SHORTEST_INTERVAL_MS)
      const interval = Math.min(asked, LONGEST_TIMER_MS)
      for (;;) {
        yield load.toMessage()
        await wait(interval, undefined, { signal })
      }
    },
  }
}

function milliseconds(interval: Duration | undefined): number {
  if (interval === undefined) return DEFAULT_INTERVAL_MS
  return Number(interval.seconds) * 1000 + interval.nanos / 1_000_000
}
