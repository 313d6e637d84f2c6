// Waits for frames that pass a tap.

import type { SeenFrame } from './connection-reader.ts'
import type { TapOptions } from './tap.ts'

export type IsWanted = (seen: SeenFrame) => boolean

/** Give `onFrame` to a tap. */
export class FrameWatch {
  readonly #seen: SeenFrame[] = []
  readonly #waiting = new Set<{ readonly isWanted: IsWanted; readonly resolve: (seen: SeenFrame) => void }>()

  readonly onFrame: NonNullable<TapOptions['onFrame']> = (seen) => {
    this.#seen.push(seen)
    for (const one of this.#waiting) {
      if (!one.isWanted(seen)) continue
      this.#waiting.delete(one)
      one.resolve(seen)
    }
  }

  /** The first such frame, also if it has passed already. Who waits limits the time. */
  first(isWanted: IsWanted): Promise<SeenFrame> {
    const seen = this.#seen.find(isWanted)
    return seen === undefined ? this.next(isWanted) : Promise.resolve(seen)
  }

  /** The next such frame from now on. */
  next(isWanted: IsWanted): Promise<SeenFrame> {
    return new Promise((resolve) => this.#waiting.add({ isWanted, resolve }))
  }
}
