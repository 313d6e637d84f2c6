// Delivers events to all readers, and costs nothing without readers.

import { randomBytes } from 'node:crypto'
import type { EventData, EventName } from '../../api/schemas/events.ts'
import { EventRing } from './event-ring.ts'

/** Publishes events until the returned function is called. */
export type EventSource = () => () => void

export interface EventHubOptions {
  /** The number of the revision in force. */
  readonly revision: () => number
  /** How long events are kept after the last reader has left, in milliseconds. Default: 30,000. */
  readonly lingerMs?: number
  readonly ring?: EventRing
}

export interface ReadOptions {
  /** The `Last-Event-ID` of a reader that comes back. */
  readonly lastEventId?: string | undefined
  /** Gets each event as it is written to a stream of events. The bytes are shared: do not change them. */
  readonly send: (frame: Buffer) => void
}

/** Long enough for a page that is loaded again, or a network that changes. */
const LINGER_MS = 30_000

export class EventHub {
  readonly #revision: () => number
  readonly #lingerMs: number
  readonly #ring: EventRing
  readonly #sources = new Set<EventSource>()
  readonly #readers = new Set<(frame: Buffer) => void>()
  /** Events of another process have another one. */
  readonly #process = randomBytes(4).toString('hex')
  /** Of the newest event. */
  #number = 0
  #stops: (() => void)[] | undefined
  #linger: NodeJS.Timeout | undefined

  constructor({ revision, lingerMs = LINGER_MS, ring = new EventRing() }: EventHubOptions) {
    this.#revision = revision
    this.#lingerMs = lingerMs
    this.#ring = ring
  }

  /** Whether there is a reader, or was one a short time ago. */
  get isActive(): boolean {
    return this.#stops !== undefined
  }

  get readers(): number {
    return this.#readers.size
  }

  /** Adds a source that runs only while the hub is active. */
  addSource(source: EventSource): void {
    this.#sources.add(source)
    this.#stops?.push(source())
  }

  /**
   * Delivers an event to every reader. Does nothing while the hub is not active.
   * @param replaces a key: the last event with the same key is out of date, and is not kept any more
   */
  publish<Name extends EventName>(name: Name, data: EventData[Name], replaces?: string): void {
    if (!this.isActive) return
    this.#number += 1
    const frame = encodeEvent(name, data, this.#id(this.#number))
    this.#ring.add({ number: this.#number, frame }, replaces)
    for (const send of this.#readers) send(frame)
  }

  /**
   * Adds a reader. Its first event is `hello`; what it has missed since its last event comes next.
   * @returns removes the reader
   */
  read({ lastEventId, send }: ReadOptions): () => void {
    this.#start()
    const number = this.#numberOf(lastEventId)
    const missed = number === undefined ? undefined : this.#ring.since(number)
    const resumed = missed !== undefined
    const hello = { now: new Date().toISOString(), revision: this.#revision(), resumed }
    send(encodeEvent('hello', hello, this.#id(resumed ? (number ?? 0) : this.#number)))
    for (const { frame } of missed ?? []) send(frame)
    this.#readers.add(send)
    return () => {
      if (this.#readers.delete(send) && this.#readers.size === 0) this.#stopLater()
    }
  }

  /** Stops all sources. */
  close(): void {
    this.#readers.clear()
    this.#stop()
  }

  #start(): void {
    clearTimeout(this.#linger)
    this.#stops ??= [...this.#sources].map((start) => start())
  }

  #stopLater(): void {
    this.#linger = setTimeout(() => this.#stop(), this.#lingerMs).unref()
  }

  #stop(): void {
    clearTimeout(this.#linger)
    const stops = this.#stops ?? []
    this.#stops = undefined
    for (const stop of stops) stop()
    this.#ring.clear(this.#number)
    // The number after the newest one belongs to whatever happens while nobody looks.
    this.#number += 1
  }

  #id(number: number): string {
    return `${this.#process}-${number}`
  }

  /** Undefined for an id of another process, or one that was not given out. */
  #numberOf(id: string | undefined): number | undefined {
    const [, process, digits = ''] = /^([0-9a-f]+)-(\d{1,15})$/.exec(id ?? '') ?? []
    const number = Number(digits)
    return process === this.#process && number <= this.#number ? number : undefined
  }
}

/** JSON has no line ends, so the data is one line. */
function encodeEvent(name: EventName, data: unknown, id: string): Buffer {
  return Buffer.from(`id: ${id}\nevent: ${name}\ndata: ${JSON.stringify(data)}\n\n`)
}
