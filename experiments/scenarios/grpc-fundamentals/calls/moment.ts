// What happened in a call and when: one list for both sides, with times of one clock.

export type Side = 'client' | 'server'

export interface Moment {
  /** Milliseconds since the call began. */
  readonly atMs: number
  readonly side: Side
  /** `notes` is what a program says by itself, such as "waits". */
  readonly does: 'sends' | 'receives' | 'notes'
  /** Such as `headers`, `message 1`, `half-close`, `status OK`. */
  readonly what: string
}

/** Such as `client sends half-close`. */
export const textOf = ({ side, does, what }: Moment): string => `${side} ${does} ${what}`

export class Recording {
  readonly moments: Moment[] = []
  /** Resolves when the server has noticed that the call is over. */
  readonly overAtServer: Promise<void>
  readonly over: () => void
  readonly #begin = performance.now()

  constructor() {
    const { promise, resolve } = Promise.withResolvers<void>()
    this.overAtServer = promise
    this.over = resolve
  }

  note(side: Side, does: Moment['does'], what: string): void {
    this.moments.push({ atMs: performance.now() - this.#begin, side, does, what })
  }
}

/** The first moment with this text. */
export function find(moments: readonly Moment[], text: string): Moment | undefined {
  return moments.find((one) => textOf(one) === text)
}

/**
 * The first text of `chain` that does not come after those before it; undefined if all come in this order.
 * Moments in between do not matter.
 */
export function missingIn(moments: readonly Moment[], chain: readonly string[]): string | undefined {
  let from = 0
  for (const text of chain) {
    const at = moments.findIndex((one, index) => index >= from && textOf(one) === text)
    if (at < 0) return text
    from = at + 1
  }
  return undefined
}

/** What one side saw and did, in its order. */
export function viewOf(moments: readonly Moment[], side: Side): readonly string[] {
  return moments.filter((one) => one.side === side && one.does !== 'notes').map(textOf)
}
