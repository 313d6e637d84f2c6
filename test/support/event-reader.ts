// Reads the events of a control plane in the background, and waits for those that a test is about.

import type { EventsOptions, RestClient } from '../../api/client.ts'
import type { ServerEvent } from '../../api/event-stream.ts'
import type { EventData, EventName, NodeEvent } from '../../api/schemas/events.ts'
import type { Teardown } from './xds-client.ts'

interface EventOf<Name extends EventName> {
  readonly name: Name
  readonly data: EventData[Name]
  readonly id: string
}

export class EventReader {
  readonly events: ServerEvent[] = []
  /** Resolves with the error that ended it; undefined if the control plane closed the connection. */
  readonly ended: Promise<unknown>
  readonly #end = new AbortController()
  #woken = Promise.withResolvers<void>()
  #isOver = false

  constructor(t: Teardown, client: Pick<RestClient, 'getEvents'>, options: EventsOptions = {}) {
    t.teardown(() => this.close())
    this.ended = this.#readAll(client.getEvents({ ...options, signal: this.#end.signal }))
      .then(
        () => undefined,
        (error: unknown) => error,
      )
      .finally(() => {
        this.#isOver = true
        this.#woken.resolve()
      })
  }

  /** The first event of this name that fits, of all that have come and will come. */
  async until<Name extends EventName>(
    name: Name,
    fits: (data: EventData[Name]) => boolean = () => true,
  ): Promise<EventOf<Name>> {
    return await this.#find(name, () => this.named(name).find(({ data }) => fits(data)))
  }

  /** The first status of a node that fits, alone or in a batch. */
  async untilNode(id: string, fits: (node: NodeEvent) => boolean): Promise<NodeEvent> {
    const all = () => [
      ...this.named('node').map(({ data }) => data),
      ...this.named('nodes').flatMap(({ data }) => data),
    ]
    return await this.#find(`node ${id}`, () => all().find((node) => node.id === id && fits(node)))
  }

  named<Name extends EventName>(name: Name): readonly EventOf<Name>[] {
    return this.events.filter((event) => event.name === name) as unknown as readonly EventOf<Name>[]
  }

  async close(): Promise<void> {
    this.#end.abort()
    await this.ended
  }

  async #find<Found>(what: string, find: () => Found | undefined): Promise<Found> {
    for (;;) {
      const found = find()
      if (found !== undefined) return found
      if (this.#isOver) throw new Error(`the stream has ended without this event: ${what}`)
      await this.#woken.promise
    }
  }

  async #readAll(events: AsyncIterable<ServerEvent>): Promise<void> {
    for await (const event of events) {
      this.events.push(event)
      const { resolve } = this.#woken
      this.#woken = Promise.withResolvers()
      resolve()
    }
  }
}
