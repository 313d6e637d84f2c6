// The types of one stream, in push order. A stream has few and changes one at nearly every event, so they are a short list: a copy of
// a `Map` would cost most of the step.

import type { TypeState } from './type-state.ts'

export class TypeStates {
  readonly #list: readonly TypeState[]

  private constructor(list: readonly TypeState[]) {
    this.#list = list
  }

  static readonly none = new TypeStates([])

  get size(): number {
    return this.#list.length
  }

  get(typeUrl: string): TypeState | undefined {
    const at = this.#indexOf(typeUrl)
    return at < 0 ? undefined : this.#list[at]
  }

  has(typeUrl: string): boolean {
    return this.#indexOf(typeUrl) >= 0
  }

  /** In push order. */
  values(): readonly TypeState[] {
    return this.#list
  }

  /** The type at a place in push order. A replaced type keeps its place. */
  at(place: number): TypeState | undefined {
    return this.#list[place]
  }

  /** The types with this one added or replaced. */
  with(typeState: TypeState): TypeStates {
    const at = this.#indexOf(typeState.type.typeUrl)
    if (at >= 0) return new TypeStates(this.#list.with(at, typeState))
    const later = this.#list.findIndex(({ type }) => type.order > typeState.type.order)
    return new TypeStates(this.#list.toSpliced(later < 0 ? this.size : later, 0, typeState))
  }

  #indexOf(typeUrl: string): number {
    const list = this.#list
    for (let at = 0; at < list.length; at += 1) if (list[at]?.type.typeUrl === typeUrl) return at
    return -1
  }
}
