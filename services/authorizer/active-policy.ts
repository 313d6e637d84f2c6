// The policy in force. It is read at startup and replaced when its file changes, unless the new one is invalid.

import { type FSWatcher, watch } from 'node:fs'
import { SwitchyardError } from '../../core/errors.ts'
import { digestOfAll } from './bundle/digest.ts'
import type { Decision } from './decision.ts'
import { compilePolicy, type Policy } from './policy.ts'
import type { PolicyInput } from './policy-input.ts'
import { openPolicyLocation, type PolicyLocation, type PolicyReader } from './policy-location.ts'

/** The result of a change. `inForce` is the revision that decides from now on. */
export type PolicyEvent =
  | { readonly kind: 'activated'; readonly inForce: string }
  | { readonly kind: 'rejected'; readonly inForce: string; readonly reason: string }

export class ActivePolicy implements Policy {
  readonly #reader: PolicyReader
  readonly #watcher: FSWatcher
  readonly #onEvent: (event: PolicyEvent) => void
  #policy: Policy
  #reading: Promise<void> | undefined
  #isStale = false
  /** The digest of the last reading, valid or not: one change of a file often causes two events. */
  #lastRead: string

  private constructor(
    reader: PolicyReader,
    policy: Policy,
    lastRead: string,
    onEvent: (event: PolicyEvent) => void,
  ) {
    this.#reader = reader
    this.#lastRead = lastRead
    this.#policy = policy
    this.#onEvent = onEvent
    this.#watcher = watch(reader.watched, () => void this.reload())
    this.#watcher.on('error', (error) => this.#reject(`cannot watch its folder any longer: ${error.message}`))
  }

  /** @throws SwitchyardError if there is no valid policy at startup */
  static async open(location: PolicyLocation, onEvent: (event: PolicyEvent) => void): Promise<ActivePolicy> {
    const reader = await openPolicyLocation(location)
    const files = await reader.read()
    const policy = await compilePolicy(await reader.parse(files))
    const active = new ActivePolicy(reader, policy, digestOfAll(files), onEvent)
    onEvent({ kind: 'activated', inForce: policy.revision })
    // The files may have changed between the first reading and the watch.
    await active.reload()
    return active
  }

  get revision(): string {
    return this.#policy.revision
  }

  decide(input: PolicyInput): Decision {
    return this.#policy.decide(input)
  }

  /** Reads the policy again, and once more if it changes meanwhile. Resolves when the newest one is activated or rejected. */
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
      if (digest === this.#lastRead) return
      // The old policy decides calls until the new one is compiled.
      this.#policy = await compilePolicy(await this.#reader.parse(files))
      this.#onEvent({ kind: 'activated', inForce: this.#policy.revision })
    } catch (thrown) {
      this.#reject(SwitchyardError.from(thrown).message)
    } finally {
      this.#lastRead = digest
    }
  }

  #reject(reason: string): void {
    this.#onEvent({ kind: 'rejected', inForce: this.#policy.revision, reason })
  }
}
