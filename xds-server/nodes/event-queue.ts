// Delivers events in the order in which they happened, also if a listener causes further ones.

import { EventEmitter, on } from 'node:events'

export class EventQueue<Event> {
  readonly #emitter = new EventEmitter<{ event: [Event] }>().setMaxListeners(0)
  readonly #waiting: Event[] = []
  #isDelivering = false

  /**
   * Delivers events to all listeners before it returns. Events that a listener causes meanwhile are delivered after these: each
   * listener gets all events in the same order.
   */
  emit(...events: readonly Event[]): void {
    this.#waiting.push(...events)
    if (this.#isDelivering) return
    this.#isDelivering = true
    for (let event = this.#waiting.shift(); event !== undefined; event = this.#waiting.shift()) {
      this.#emitter.emit('event', event)
    }
    this.#isDelivering = false
  }

  /** Whether nobody would get an event now, so that nobody has to make it. */
  get isUnheard(): boolean {
    return this.#emitter.listenerCount('event') === 0
  }

  /** Calls the listener for each event, until the returned function is called. What it throws is an uncaught exception. */
  listen(listener: (event: Event) => void): () => void {
    const call = (event: Event) => {
      try {
        listener(event)
      } catch (error) {
        queueMicrotask(() => {
          throw error
        })
      }
    }
    this.#emitter.on('event', call)
    return () => this.#emitter.off('event', call)
  }

  /** Iterates over the events from the first `next()` on, until `signal` aborts. */
  async *iterate(signal?: AbortSignal): AsyncGenerator<Event, void, undefined> {
    try {
      for await (const [event] of on(this.#emitter, 'event', { ...(signal && { signal }) })) yield event
    } catch (error) {
      if (!signal?.aborted) throw error
    }
  }
}
