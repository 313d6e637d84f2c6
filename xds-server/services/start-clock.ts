// When an Envoy has started. It asks for clusters once it has its runtime layers, and for listeners once its clusters are warm. One
// without dynamic listeners never does. So a client that has asked for the earlier types only, and then sends nothing for a time,
// has started.

import { Timer } from '../../core/timer.ts'
import { CLUSTER, LISTENER, RUNTIME } from '../snapshot/resource-type.ts'
import type { StreamState } from '../streams/stream.ts'
import { isOpenEnded } from '../type-state/subscription.ts'

/** The types that an Envoy which starts asks for first. */
export const FIRST_TYPES: readonly string[] = [RUNTIME, CLUSTER]

export class StartClock {
  readonly #timer: Timer
  #isStarting = true

  constructor(startTimeMs: number, onStarted: () => void) {
    this.#timer = new Timer(startTimeMs, () => {
      this.#isStarting = false
      onStarted()
    })
  }

  get isStarting(): boolean {
    return this.#isStarting
  }

  /** The client has sent something, and this is what its stream came to. */
  heard({ typeStates }: StreamState): void {
    if (!this.#isStarting) return
    const clusters = typeStates.get(CLUSTER)?.subscription
    const isFirst =
      clusters === undefined
        ? typeStates.values().every(({ type }) => type.typeUrl === RUNTIME)
        : isOpenEnded(clusters)
    if (isFirst && !typeStates.has(LISTENER)) this.#timer.restart()
    else this.stop()
  }

  stop(): void {
    this.#isStarting = false
    this.#timer.stop()
  }
}
