// When each un-ACKed response of a stream was sent, and an alarm if the oldest one stays unanswered for too long.

import { Timer } from '../../core/timer.ts'

export interface AnswerClockOptions {
  /** Undefined for no alarm. */
  readonly timeoutMs: number | undefined
  /** The nonces of the responses that are unanswered now. */
  readonly unacked: () => readonly string[]
  readonly onOverdue: () => void
}

/** Without an alarm, the times of answered responses are forgotten when there are this many. */
const MAX_TIMES = 64

export class AnswerClock {
  readonly #options: AnswerClockOptions
  /** By nonce, the oldest first. */
  readonly #sentAt = new Map<string, number>()
  #alarm: Timer | undefined

  constructor(options: AnswerClockOptions) {
    this.#options = options
  }

  sent(nonce: string): void {
    this.#sentAt.set(nonce, Date.now())
  }

  /** In milliseconds since 1970. */
  sentAt(nonce: string): number {
    return this.#sentAt.get(nonce) ?? Date.now()
  }

  /** Forgets what was answered, and sets the alarm for the oldest response that was not. */
  update(): void {
    const { timeoutMs, unacked, onOverdue } = this.#options
    if (timeoutMs === undefined && this.#sentAt.size < MAX_TIMES) return
    const left = new Set(unacked())
    for (const nonce of this.#sentAt.keys()) if (!left.has(nonce)) this.#sentAt.delete(nonce)
    this.stop()
    const [oldest] = this.#sentAt.values()
    if (timeoutMs === undefined || oldest === undefined) return
    const remaining = oldest + timeoutMs - Date.now()
    if (remaining <= 0) onOverdue()
    else this.#alarm = new Timer(remaining, () => this.update())
  }

  stop(): void {
    this.#alarm?.stop()
    this.#alarm = undefined
  }
}
