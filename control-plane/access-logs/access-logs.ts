// The access logs that nodes stream to the control plane, as entries. Nothing is kept of them here.

import { SwitchyardError } from '../../core/errors.ts'
import { CONNECTION_LOG } from '../../core/log-names.ts'
import { TokenBucket } from '../../core/token-bucket.ts'
import type { TelemetryService, TelemetrySource } from '../../xds-server/index.ts'
import { decodeLog, logNameIn } from './decode-log.ts'
import type { LogEntry } from './log-entry.ts'

/** Entries of one message of a node. */
export interface LoggedEntries {
  /** The id of the node. */
  readonly node: string
  readonly fleet: string
  readonly entries: readonly LogEntry[]
}

export interface LogListener {
  readonly logged: (logged: LoggedEntries) => void
  /** The node streams no log any more: its connections are not known from now on. */
  readonly left?: (fleet: string, node: string) => void
}

export interface AccessLogsOptions {
  /** Bytes of logs that are read in a second. Default: 4,000,000, which is about 5,000 calls. */
  readonly bytesPerSecond?: number
  /** Milliseconds that never go back. Default: the clock. */
  readonly now?: () => number
}

const BYTES_PER_SECOND = 4_000_000

/**
 * Envoy's access log service. A busy fleet logs more calls than one process can read beside its real work, so what is above the
 * bound is not read: what is shown of it is a part then, and `skippedBytes` says so.
 * https://www.envoyproxy.io/docs/envoy/latest/api-v3/service/accesslog/v3/als.proto
 */
export class AccessLogs {
  readonly #bytesPerSecond: number
  readonly #now: () => number
  readonly #listeners = new Set<LogListener>()
  /** Open ones, by fleet and node. */
  readonly #streams = new Map<string, number>()
  readonly #bucket: TokenBucket
  skippedBytes = 0

  constructor({
    bytesPerSecond = BYTES_PER_SECOND,
    now = performance.now.bind(performance),
  }: AccessLogsOptions = {}) {
    this.#bytesPerSecond = bytesPerSecond
    this.#now = now
    this.#bucket = new TokenBucket(bytesPerSecond, now())
  }

  /** For `telemetry` of the xDS server. */
  readonly service: TelemetryService = {
    path: '/envoy.service.accesslog.v3.AccessLogService/StreamAccessLogs',
    open: (source) => this.#open(source),
  }

  /** Calls the listener with all entries, until the returned function is called. Without listeners nothing is decoded. */
  listen(listener: LogListener): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  #open({ node, group }: TelemetrySource) {
    const key = JSON.stringify([group, node])
    this.#streams.set(key, (this.#streams.get(key) ?? 0) + 1)
    let ofConnections: boolean | undefined
    return {
      take: (bytes: Uint8Array) => {
        ofConnections ??= read(() => logNameIn(bytes)) === CONNECTION_LOG
        if (this.#listeners.size === 0 || !this.#allows(bytes.length)) return
        const decoded = read(() => decodeLog(bytes))
        const entries = ofConnections
          ? decoded.map((entry) => ({ ...entry, kind: 'closed' as const }))
          : decoded
        for (const { logged } of this.#listeners) logged({ node, fleet: group, entries })
      },
      close: () => {
        const left = (this.#streams.get(key) ?? 0) - 1
        if (left > 0) this.#streams.set(key, left)
        else {
          this.#streams.delete(key)
          for (const listener of this.#listeners) listener.left?.(group, node)
        }
      },
    }
  }

  #allows(bytes: number): boolean {
    this.#bucket.earn(this.#now(), this.#bytesPerSecond / 1_000)
    if (this.#bucket.left <= 0) {
      this.skippedBytes += bytes
      return false
    }
    this.#bucket.spend(bytes)
    return true
  }
}

function read<Result>(decode: () => Result): Result {
  try {
    return decode()
  } catch (error) {
    throw new SwitchyardError('invalid-argument', 'the message is not a StreamAccessLogsMessage', {
      cause: error,
    })
  }
}
