// When an Envoy has started. It asks for listeners once its clusters are warm, and one without dynamic listeners never does. So a
// client that has asked for clusters only, and then sends nothing for a time, has started.

import { CLUSTER, LISTENER } from '../snapshot/resource-type.ts'
import type { StreamState } from '../streams/stream.ts'
import { isOpenEnded } from '../type-state/subscription.ts'

export class StartClock {
  readonly #timer: NodeJS.Timeout
  #isStarting = true

  constructor(startTimeMs: number, onStarted: () => void) {
    this.#timer = setTimeout(() => {
      this.#isStarting = false
      onStarted()
    }, startTimeMs).unref()
  }

  get isStarting(): boolean {
    return this.#isStarting
  }

  /** The client has sent something, and this is what its stream came to. */
  heard({ typeStates }: StreamState): void {
    if (!this.#isStarting) return
    const clusters = typeStates.get(CLUSTER)?.subscription
    const hasClusters = clusters !== undefined && isOpenEnded(clusters)
    if (hasClusters && !typeStates.has(LISTENER)) this.#timer.refresh()
    else this.stop()
  }

  stop(): void {
    this.#isStarting = false
    clearTimeout(this.#timer)
  }
}
