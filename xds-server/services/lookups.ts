// Lookups of names that clients ask for and that their snapshot lacks, each with a time limit.

import type { Node } from '@envoy/xds-protos/envoy/config/core/v3/base_pb.js'
import { Timer } from '../../core/timer.ts'
import { messageOf } from '../cache/option.ts'
import type { Serving } from '../cache/serving.ts'
import type { LookUp } from '../streams/stream.ts'

/**
 * Names that a client asks for and that what it is served lacks.
 *
 * @example
 * ```ts
 * import { type OnDemandRequest, startXdsServer } from 'switchyard'
 *
 * const log = ({ node, typeUrl, names }: OnDemandRequest) => console.log(`${node.id} asks for ${typeUrl} ${names.join(', ')}`)
 * await startXdsServer({ cache, address: '127.0.0.1:0', onDemand: log })
 * ```
 */
export interface OnDemandRequest {
  readonly node: Node
  /** The group of the node: its snapshot is the one to change. */
  readonly group: string
  readonly typeUrl: string
  /** All of them. A name like `xdstp://…` is in its one spelling, whatever the client wrote. */
  readonly names: readonly string[]
  /**
   * A client that has reconnected repeats the names of its calls. False: a call has just named them. Names of calls that were made
   * while the client was away are among the repeated ones, and Envoy 1.40 does not ask for a cluster again later.
   */
  readonly afterReconnect: boolean
}

/**
 * Looks up what a client asks for on demand, and makes it with `updateSnapshot`. The client learns that the other names do not exist
 * when the promise settles.
 *
 * @example
 * ```ts
 * import { CLUSTER, type OnDemand, startXdsServer } from 'switchyard'
 *
 * const onDemand: OnDemand = ({ group, typeUrl, names }) => {
 *   if (typeUrl === CLUSTER && names.includes('echo')) cache.updateSnapshot(group, { upsert: [cluster] })
 * }
 * await startXdsServer({ cache, address: '127.0.0.1:0', onDemand })
 * ```
 */
export type OnDemand = (request: OnDemandRequest) => void | Promise<void>

export interface LookupOptions {
  readonly onDemand: OnDemand
  readonly timeoutMs: number
}

export class Lookups {
  readonly #options: LookupOptions
  readonly #events: Serving['events']
  readonly #onEnded: (typeUrl: string, names: ReadonlySet<string>) => void
  readonly #timers = new Set<Timer>()

  /** @param onEnded called once for each lookup, unless `stop` comes first */
  constructor(
    options: LookupOptions,
    events: Serving['events'],
    onEnded: (typeUrl: string, names: ReadonlySet<string>) => void,
  ) {
    this.#options = options
    this.#events = events
    this.#onEnded = onEnded
  }

  start(node: Node, group: string, { typeUrl, names, afterReconnect }: LookUp): void {
    const end = () => {
      timer.stop()
      if (this.#timers.delete(timer)) this.#onEnded(typeUrl, names)
    }
    const timer = new Timer(this.#options.timeoutMs, end)
    this.#timers.add(timer)
    const run = async () =>
      this.#options.onDemand({ node, group, typeUrl, names: [...names], afterReconnect })
    run().then(end, (error: unknown) => {
      const message = `onDemand failed, so that names of ${typeUrl} count as not existing: ${messageOf(error)}`
      this.#events.emit({ kind: 'fault', source: 'onDemand', message, error })
      end()
    })
  }

  stop(): void {
    for (const timer of this.#timers) timer.stop()
    this.#timers.clear()
  }
}
