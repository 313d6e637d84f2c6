// The event `testbed`: the load of the testbed, when it was changed, and each second while it runs.

import type { TestbedLoad, TestbedLoadSetting } from '../../api/schemas/testbed.ts'
import type { EventHub, EventSource } from './event-hub.ts'
import type { TestbedLink } from './testbed-link.ts'

const INTERVAL_MS = 1_000

/** The testbed's load. Each change is an event too. */
export class TestbedEvents {
  readonly #hub: Pick<EventHub, 'publish'>
  readonly #link: Pick<TestbedLink, 'read' | 'set'>
  #published = ''

  constructor(hub: Pick<EventHub, 'publish'>, link: Pick<TestbedLink, 'read' | 'set'>) {
    this.#hub = hub
    this.#link = link
  }

  read(): Promise<TestbedLoad> {
    return this.#link.read()
  }

  async set(setting: TestbedLoadSetting): Promise<TestbedLoad> {
    const load = await this.#link.set(setting)
    this.#publish(load)
    return load
  }

  /** Somebody may also change the load at the testbed itself. */
  readonly source: EventSource = () => {
    this.#published = ''
    let isAsking = false
    const ask = () => {
      if (isAsking) return
      isAsking = true
      this.#link
        .read()
        .then((load) => this.#publish(load))
        // A testbed that ends says nothing, and the next second tells.
        .catch(() => {})
        .finally(() => {
          isAsking = false
        })
    }
    ask()
    const timer = setInterval(ask, INTERVAL_MS).unref()
    return () => clearInterval(timer)
  }

  #publish(load: TestbedLoad): void {
    const text = JSON.stringify(load)
    if (text === this.#published) return
    this.#published = text
    this.#hub.publish('testbed', load, 'testbed')
  }
}
