// The flow-control windows of a connection over time, as its frames add them up, and when a sender was out of window: RFC 9113, section 5.2.

import type { SeenFrame, Side } from './connection-reader.ts'
import { frameOf } from './frame-types.ts'

/** A window after a frame. Below 0 after SETTINGS that made it smaller. */
export interface WindowPoint {
  readonly atMs: number
  readonly bytes: number
}

/** Time in which a sender had no window left and went on afterwards. */
export interface Stall {
  /** Who could not send DATA. */
  readonly from: Side
  /** Whose window it was; 0: that of the connection, which all streams share. */
  readonly streamId: number
  readonly beginMs: number
  /** When the WINDOW_UPDATE or SETTINGS passed that ended it. */
  readonly endMs: number
}

export interface Windows {
  /** That the sender of DATA may still send, by stream; 0 is the connection. Begins with the first DATA or WINDOW_UPDATE. */
  readonly byStream: ReadonlyMap<number, readonly WindowPoint[]>
  readonly stalls: readonly Stall[]
  /** The smallest window of a stream when it begins, as the SETTINGS of the receiver say; 65,535 without. */
  readonly initial: number
}

/** RFC 9113, section 6.9.2. */
export const DEFAULT_WINDOW = 65_535

/** @returns by the side that sends the DATA. Frames are those of one connection, in their order. */
export function flowControlOf(frames: readonly SeenFrame[]): Readonly<Record<Side, Windows>> {
  return {
    client: windowsOf(frames, 'client'),
    server: windowsOf(frames, 'server'),
  }
}

interface Window {
  bytes: number
  readonly points: WindowPoint[]
  /** Since when nothing is left. */
  emptySince: number | undefined
  /** A stall that has ended; it counts once DATA follows. */
  waited: Omit<Stall, 'from' | 'streamId'> | undefined
}

function windowsOf(frames: readonly SeenFrame[], from: Side): Windows {
  const account = new Account(from)
  for (const seen of frames) {
    const { frame, atMs } = seen
    if (seen.from !== from) account.receive(seen)
    else if (frame.type === 'DATA') account.send(frame.streamId, frame.length, atMs)
  }
  return account.windows
}

class Account {
  readonly #from: Side
  #initial = DEFAULT_WINDOW
  readonly #byStream = new Map<number, Window>()
  readonly #stalls: Stall[] = []

  constructor(from: Side) {
    this.#from = from
  }

  /** Padding counts too: the whole payload does. */
  send(streamId: number, length: number, atMs: number): void {
    for (const id of [0, streamId]) {
      const window = this.#windowOf(id)
      if (window.waited !== undefined) this.#stalls.push({ from: this.#from, streamId: id, ...window.waited })
      window.waited = undefined
      change(window, -length, atMs)
    }
  }

  /** A frame of the other side, which gives window. */
  receive({ frame, atMs }: SeenFrame): void {
    const update = frameOf(frame, 'WINDOW_UPDATE')
    if (update !== undefined) change(this.#windowOf(update.streamId), update.increment, atMs)
    const settings = frameOf(frame, 'SETTINGS')?.settings ?? []
    for (const { name, value } of settings) {
      if (name !== 'INITIAL_WINDOW_SIZE') continue
      const difference = value - this.#initial
      this.#initial = value
      // Of open streams it changes the window too; that of the connection only WINDOW_UPDATE changes.
      for (const [id, window] of this.#byStream) if (id !== 0) change(window, difference, atMs)
    }
  }

  get windows(): Windows {
    const byStream = new Map([...this.#byStream].map(([id, { points }]) => [id, points]))
    return { byStream, stalls: this.#stalls, initial: this.#initial }
  }

  #windowOf(streamId: number): Window {
    let window = this.#byStream.get(streamId)
    if (window === undefined) {
      const bytes = streamId === 0 ? DEFAULT_WINDOW : this.#initial
      window = { bytes, points: [], emptySince: undefined, waited: undefined }
      this.#byStream.set(streamId, window)
    }
    return window
  }
}

function change(window: Window, by: number, atMs: number): void {
  window.bytes += by
  window.points.push({ atMs, bytes: window.bytes })
  if (window.bytes <= 0) window.emptySince ??= atMs
  else if (window.emptySince !== undefined) {
    window.waited = { beginMs: window.emptySince, endMs: atMs }
    window.emptySince = undefined
  }
}
