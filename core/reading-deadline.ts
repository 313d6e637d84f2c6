// Deadlines for what a client sends. A server whose event loop is late has not read what the client has sent in time, so a deadline
// counts only time in which the server could have read.

import { Timer } from './timer.ts'

/** A deadline is this many timers, one after the other. Sockets are read between two of them, and a late one counts once. */
const PARTS = 4

/** @returns ends the wait. @param onEnd called once, after `ms` at the earliest */
export function startReadingDeadline(ms: number, onEnd: () => void): () => void {
  let left = PARTS
  const timer = new Timer(Math.ceil(ms / PARTS), () => {
    left -= 1
    if (left === 0) onEnd()
    else timer.restart()
  })
  return () => timer.stop()
}

/** What is watched of a connection. */
export interface Readable {
  /** Grows with what has been read. */
  readonly bytesRead: number
}

/** Finds connections from which nothing has come for a time. */
export class SilentConnections<Connection extends Readable> {
  readonly #seen = new Map<Connection, { bytes: number; silent: number }>()
  readonly #onSilent: (connection: Connection) => void
  readonly #timer: Timer

  /** @param ms the silence that is too long; it may last a quarter longer */
  constructor(ms: number, onSilent: (connection: Connection) => void) {
    this.#onSilent = onSilent
    this.#timer = new Timer(Math.ceil(ms / PARTS), () => this.#look())
  }

  add(connection: Connection): void {
    this.#seen.set(connection, { bytes: connection.bytesRead, silent: -1 })
  }

  remove(connection: Connection): void {
    this.#seen.delete(connection)
  }

  close(): void {
    this.#timer.stop()
  }

  #look(): void {
    this.#timer.restart()
    for (const [connection, seen] of this.#seen) {
      const bytes = connection.bytesRead
      seen.silent = bytes === seen.bytes ? seen.silent + 1 : 0
      seen.bytes = bytes
      if (seen.silent < PARTS) continue
      this.#seen.delete(connection)
      this.#onSilent(connection)
    }
  }
}
