// The decision log: one JSON line for each call, with the fields of OPA's decision logs and with credentials masked.

import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import type { Writable } from 'node:stream'
import type { Decision } from './decision.ts'
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

/** Fields with credentials, which a reader of the log could use, and e-mail addresses. Flags can mask more. */
export const DEFAULT_MASKS = [
  '/input/headers/authorization',
  '/input/headers/cookie',
  '/input/headers/proxy-authorization',
  '/input/claims/*/email',
] as const

const MASK = '**masked**'
/** Bytes that may wait for a slow disk. Beyond them lines are dropped, so the log never delays calls. */
const MAX_WAITING_BYTES = 16 * 1024 * 1024

export class DecisionLog {
  readonly #out: Writable
  readonly #masks: readonly (readonly string[])[]
  #dropped = 0

  /** @param masks pointers such as `/input/claims/main/email`; `*` is any one name */
  constructor(out: Writable, masks: readonly string[] = DEFAULT_MASKS) {
    this.#out = out
    this.#masks = masks.map((mask) => mask.split('/').slice(1))
  }

  write({ input, decision, revision }: Decided): void {
    if (this.#out.writableLength > MAX_WAITING_BYTES) {
      this.#dropped += 1
      return
    }
    const shown = 'denial' in input ? {} : structuredClone(input)
    const entry: DecisionEntry = {
      decision_id: randomUUID(),
      timestamp: new Date().toISOString(),
      path: ENTRYPOINT,
      revision,
      input: shown,
      result: decision,
      masked: this.#masks.flatMap((mask) => maskIn({ input: shown }, mask)),
      ...(this.#dropped > 0 && { dropped: this.#dropped }),
    }
    this.#dropped = 0
    this.#out.write(`${JSON.stringify(entry)}\n`)
  }

  /** Resolves when all lines are written. */
  async close(): Promise<void> {
    this.#out.end()
    if (!this.#out.writableFinished) await once(this.#out, 'finish')
  }
}

/** Masks the values at the path of steps. @returns pointers to the values that it masked */
function maskIn(value: unknown, [step, ...rest]: readonly string[], at = ''): string[] {
  if (typeof value !== 'object' || value === null || step === undefined) return []
  const names = step === '*' ? Object.keys(value) : Object.hasOwn(value, step) ? [step] : []
  const object = value as Record<string, unknown>
  return names.flatMap((name) => {
    const pointer = `${at}/${name}`
    if (rest.length > 0) return maskIn(object[name], rest, pointer)
    object[name] = MASK
    return [pointer]
  })
}
