// The policy in force: read at the start, replaced whole when its file changes, kept where the new one is not good.

import { type FSWatcher, watch } from 'node:fs'
import { SwitchyardError } from '../../core/errors.ts'
import { digestOfAll } from './bundle/digest.ts'
import type { Decision } from './decision.ts'
import { compilePolicy, type Policy } from './policy.ts'
import type { PolicyInput } from './policy-input.ts'
import { openPolicyPlace, type PolicyPlace, type PolicyReader } from './policy-place.ts'

/** What came of a change; `inForce` is the revision that decides from here on. */
export type PolicyEvent =
  | { readonly kind: 'activated'; readonly inForce: string }
  | { readonly kind: 'refused'; readonly inForce: string; readonly reason: string }

export class ActivePolicy implements Policy {
  readonly #reader: PolicyReader
  readonly #watcher: FSWatcher
  readonly #onEvent: (event: PolicyEvent) => void
  #policy: Policy
  #reading: Promise<void> | undefined
  #isStale = false
  /** The digest of what was read last, good or not: one change of a file is often told twice. */
  #judged: string

  private constructor(
    reader: PolicyReader,
    policy: Policy,
    judged: string,
    onEvent: (event: PolicyEvent) => void,
  ) {
    this.#reader = reader
    this.#judged = judged
    this.#policy = policy
    this.#onEvent = onEvent
    this.#watcher = watch(reader.watched, () => void this.reload())
    this.#watcher.on('error', (error) =>
      this.#refuse(`its folder cannot be watched any more: ${error.message}`),
    )
  }

  /** @throws SwitchyardError where there is no good policy to begin with */
  static async open(place: PolicyPlace, onEvent: (event: PolicyEvent) => void): Promise<ActivePolicy> {
    const reader = await openPolicyPlace(place)
    const files = await reader.read()
    const policy = await compilePolicy(await reader.parse(files))
    const active = new ActivePolicy(reader, policy, digestOfAll(files), onEvent)
    onEvent({ kind: 'activated', inForce: policy.revision })
    // For what changed between the first reading and the watch.
    await active.reload()
    return active
  }

  get revision(): string {
    return this.#policy.revision
  }

  decide(input: PolicyInput): Decision {
    return this.#policy.decide(input)
  }

  /** Reads the policy again, once more where it changes meanwhile; resolves when the newest has been judged. */
  reload(): Promise<void> {
    this.#isStale = true
    this.#reading ??= this.#readWhileStale().finally(() => {
      this.#reading = undefined
    })
    return this.#reading
  }

  close(): void {
    this.#watcher.close()
  }

  async #readWhileStale(): Promise<void> {
    while (this.#isStale) {
      this.#isStale = false
      await this.#read()
    }
  }

  async #read(): Promise<void> {
    let digest = ''
    try {
      const files = await this.#reader.read()
      digest = digestOfAll(files)
      if (digest === this.#judged) return
      // Calls go on by the old one until the new one is whole.
      this.#policy = await compilePolicy(await this.#reader.parse(files))
      this.#onEvent({ kind: 'activated', inForce: this.#policy.revision })
    } catch (thrown) {
      this.#refuse(SwitchyardError.from(thrown).message)
    } finally {
      this.#judged = digest
    }
  }

  #refuse(reason: string): void {
    this.#onEvent({ kind: 'refused', inForce: this.#policy.revision, reason })
  }
}
