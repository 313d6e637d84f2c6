// The decision log: one JSON line for each call, with the fields of OPA's decision logs, and masked except for what is known to be harmless.

import { randomUUID } from 'node:crypto'
import type { Writable } from 'node:stream'
import { finished } from 'node:stream/promises'
import type { Decision } from './decision.ts'
import { DecisionMasks, type MaskRules } from './decision-masks.ts'
import { ENTRYPOINT } from './policy.ts'
import type { PolicyInput, Unreadable } from './policy-input.ts'

/** One line: https://www.openpolicyagent.org/docs/management-decision-logs */
export interface DecisionEntry {
  readonly decision_id: string
  readonly timestamp: string
  readonly path: string
  readonly revision: string
  readonly input: PolicyInput | Record<string, never>
  readonly result: Decision
  /** Pointers to the masked values. */
  readonly masked: readonly string[]
  /** The number of lines dropped before this one, because the output was too slow. */
  readonly dropped?: number
}

export interface Decided {
  readonly input: PolicyInput | Unreadable
  readonly decision: Decision
  readonly revision: string
}

/** Bytes that may wait for a slow disk. Beyond them lines are dropped, so the log never delays calls. */
const MAX_WAITING_BYTES = 16 * 1024 * 1024

export class DecisionLog {
  readonly #out: Writable
  readonly #masks: DecisionMasks
  #dropped = 0

  /** @param rules default: what `SHOWN` does not list is masked */
  constructor(out: Writable, rules?: MaskRules) {
    this.#out = out
    this.#masks = new DecisionMasks(rules)
  }

  write({ input, decision, revision }: Decided): void {
    if (this.#out.writableLength > MAX_WAITING_BYTES) {
      this.#dropped += 1
      return
    }
    const line = { input: 'denial' in input ? {} : input, result: decision }
    const { shown, masked } = this.#masks.apply(line)
    const entry: DecisionEntry = {
      decision_id: randomUUID(),
      timestamp: new Date().toISOString(),
      path: ENTRYPOINT,
      revision,
      ...shown,
      masked,
      ...(this.#dropped > 0 && { dropped: this.#dropped }),
    }
    this.#dropped = 0
    this.#out.write(`${JSON.stringify(entry)}\n`)
  }

  /** Resolves when all lines are written, or when the output has failed, which is reported elsewhere. */
  async close(): Promise<void> {
    await finished(this.#out.end(), { readable: false }).catch(() => {})
  }
}
