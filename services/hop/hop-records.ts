// What a hop has seen of its calls, by the clock of the machine, which all hops share.

/** Times are milliseconds since the epoch. */
export interface HopRecord {
  readonly callId: string
  readonly begunAt: number
  /** What was left of the deadline when the call came, in milliseconds; undefined without a deadline. */
  readonly leftMs?: number
  /** When each unit of work was done. */
  readonly unitsAt: readonly number[]
  /** When the hop learned that nobody waits any more; undefined if it never did. */
  readonly sawEndAt?: number
  /** Undefined while it works. */
  readonly endedAt?: number
  /** `finished`: it has done all that was asked; `stopped`: it has ended early because nobody waits; `failed`: else. */
  readonly outcome?: 'finished' | 'stopped' | 'failed'
}

type Writable<T> = { -readonly [K in keyof T]: T[K] }

/** A record that is being written. */
export class OpenRecord {
  readonly #record: Writable<HopRecord> & { unitsAt: number[] }

  constructor(callId: string, deadline: Date | undefined) {
    const begunAt = Date.now()
    const leftMs = deadline && deadline.getTime() - begunAt
    this.#record = { callId, begunAt, unitsAt: [], ...(leftMs !== undefined && { leftMs }) }
  }

  get record(): HopRecord {
    return this.#record
  }

  /** Notes when the signal aborts, as long as the call is not over for this hop. */
  watch(signal: AbortSignal): void {
    signal.addEventListener('abort', () => {
      if (this.#record.endedAt === undefined) this.#record.sawEndAt ??= Date.now()
    })
  }

  unitDone(): void {
    this.#record.unitsAt.push(Date.now())
  }

  end(outcome: NonNullable<HopRecord['outcome']>): void {
    this.#record.endedAt = Date.now()
    this.#record.outcome = outcome
  }
}
