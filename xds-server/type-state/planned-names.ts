// Collects what a plan does to single names: what is sent and removed, and how the client differs from the target after it.

import type { Resource } from '../snapshot/resource.ts'
import type { TypeSnapshot } from '../snapshot/type-snapshot.ts'
import type { Decision } from './decide.ts'
import { ackedResource, type Held, holding, isExactly, REMOVED } from './held.ts'
import { NO_OVERRIDES } from './view.ts'

export class PlannedNames {
  readonly upserts: Resource[] = []
  readonly restored: Resource[] = []
  readonly removed: string[] = []
  /** Names that the client was left without, after a NACK for example, and that are gone now. It learns of that by their errors only. */
  readonly gone: string[] = []
  readonly #target: TypeSnapshot
  readonly #overrides = new Map<string, Held>()

  constructor(target: TypeSnapshot) {
    this.#target = target
  }

  /** The client's state, after the push, of names that then differ from the target. */
  get overrides(): ReadonlyMap<string, Held> {
    return this.#overrides.size === 0 ? NO_OVERRIDES : this.#overrides
  }

  /** Carries out a decision about a name. */
  add(name: string, decision: Decision, held: Held, wanted: Resource | undefined): void {
    if (decision === 'none' && wanted === undefined && held !== REMOVED) this.gone.push(name)
    if (decision === 'send') this.#send(this.upserts, name, wanted)
    if (decision === 'restore') this.#send(this.restored, name, ackedResource(held))
    if (decision === 'keep') this.#note(name, held)
    if (decision === 'remove') {
      this.removed.push(name)
      this.#note(name, REMOVED)
    }
  }

  #send(list: Resource[], name: string, resource: Resource | undefined): void {
    if (resource === undefined) return
    list.push(resource)
    this.#note(name, holding(resource))
  }

  #note(name: string, held: Held): void {
    if (!isExactly(held, this.#target.resources.get(name))) this.#overrides.set(name, held)
  }
}
