// The load reports of nodes (LRS): what nodes are asked for, and what they report, as events.

import type { LoadStatsResponse } from '@envoy/xds-protos/envoy/service/load_stats/v3/lrs_pb.js'
import { EventQueue } from '../nodes/event-queue.ts'
import type { ClusterLoad } from './load-report.ts'
import {
  type CompleteSettings,
  changeSettings,
  DEFAULT_SETTINGS,
  type LoadReportSettings,
  responseFor,
} from './settings.ts'

/**
 * What each event about load reports says.
 *
 * @example
 * ```ts
 * import type { LoadStreamEvent } from 'switchyard'
 *
 * const who = ({ node, group, stream }: LoadStreamEvent) => `${node} of ${group} from ${stream.peer}`
 * ```
 */
export interface LoadStreamEvent {
  /** The id of the node. */
  readonly node: string
  /** The group of the node, as in the cache. */
  readonly group: string
  readonly stream: {
    /** Unique in this process. */
    readonly id: number
    /** The address of the client. */
    readonly peer: string
    /** In ISO 8601. */
    readonly openedAt: string
  }
}

/**
 * What happened on a stream of load reports. A report has the calls since the report before it, so counts add up; only `inProgress`
 * is a state, which ends with the stream.
 *
 * @example
 * ```ts
 * import { type LoadEvent, LoadReports } from 'switchyard'
 *
 * function log(event: LoadEvent): void {
 *   if (event.kind !== 'reported') return
 *   for (const { cluster, dropped } of event.clusters) console.log(`${event.node}: ${cluster} dropped ${dropped}`)
 * }
 * new LoadReports().onEvent(log)
 * ```
 */
export type LoadEvent =
  | ({ readonly kind: 'opened' } & LoadStreamEvent)
  /** `clusters` may be empty: nothing was called. */
  | ({ readonly kind: 'reported'; readonly clusters: readonly ClusterLoad[] } & LoadStreamEvent)
  | ({ readonly kind: 'closed' } & LoadStreamEvent)

/** One open stream, as the service sees it. */
export interface LoadWatch {
  readonly response: () => LoadStatsResponse
  readonly intervalMs: () => number
  readonly report: (clusters: readonly ClusterLoad[]) => void
  readonly close: () => void
}

/** It has nothing else of the node, because the list of an Envoy's extensions is long. */
export interface LoadWatchSource extends LoadStreamEvent {
  /** `Node.user_agent_name`: it decides what the client is sent. */
  readonly userAgentName: string
  /** The settings have changed: send them. */
  readonly onSettings: () => void
}

/** For the xDS server. Not part of the library's public interface. */
export let openLoadWatch: (loads: LoadReports, source: LoadWatchSource) => LoadWatch

/**
 * The load reports of the nodes of a server.
 * https://www.envoyproxy.io/docs/envoy/latest/intro/arch_overview/upstream/load_reporting_service
 *
 * @example
 * ```ts
 * import { LoadReports, startXdsServer } from 'switchyard'
 *
 * const loads = new LoadReports({ intervalMs: 5_000 })
 * loads.onEvent((event) => {
 *   if (event.kind === 'reported') console.log(event.node, event.clusters)
 * })
 * await startXdsServer({ cache, address: '127.0.0.1:18000', loadReports: loads })
 * ```
 */
export class LoadReports {
  #settings: CompleteSettings
  readonly #events = new EventQueue<LoadEvent>()
  readonly #watches = new Set<LoadWatchSource>()

  /** @throws SwitchyardError `invalid-argument` with every invalid setting */
  constructor(settings: LoadReportSettings = {}) {
    this.#settings = changeSettings(DEFAULT_SETTINGS, settings)
  }

  /** The settings in effect. */
  get settings(): Required<LoadReportSettings> {
    return this.#settings
  }

  /**
   * Changes some settings, and sends them to all nodes. gRPC Go reads only the first settings of a stream.
   * @throws SwitchyardError `invalid-argument` with every invalid setting, and then nothing is changed
   */
  configure(settings: LoadReportSettings): void {
    this.#settings = changeSettings(this.#settings, settings)
    for (const { onSettings } of this.#watches) onSettings()
  }

  /**
   * Calls the listener for each event, until the returned function is called. An error that it throws becomes an uncaught
   * exception of the process. It stops neither the streams nor the other listeners.
   */
  onEvent(listener: (event: LoadEvent) => void): () => void {
    return this.#events.listen(listener)
  }

  /**
   * Iterates over the events from the first `next()` on. `signal` ends the loop without an error. Events that the loop has not
   * taken yet are kept in memory.
   */
  events(options: { readonly signal?: AbortSignal } = {}): AsyncGenerator<LoadEvent, void, undefined> {
    return this.#events.iterate(options.signal)
  }

  static {
    openLoadWatch = (loads, source) => {
      const { node, group, stream } = source
      const event: LoadStreamEvent = { node, group, stream }
      loads.#watches.add(source)
      loads.#events.emit({ kind: 'opened', ...event })
      return {
        response: () => responseFor(loads.#settings, source),
        intervalMs: () => loads.#settings.intervalMs,
        report: (clusters) => loads.#events.emit({ kind: 'reported', ...event, clusters }),
        close: () => {
          if (loads.#watches.delete(source)) loads.#events.emit({ kind: 'closed', ...event })
        },
      }
    }
  }
}
