// Sets of unconfirmed names by type. A set is one response's names, shared by all nodes that were sent it, until an ACK confirms some.

export type UnconfirmedNames = ReadonlyMap<string, ReadonlySet<string>>

interface Batch {
  readonly names: ReadonlySet<string>
  /** When it was added, as a number that only grows. */
  readonly since: number
  readonly isLogged: boolean
}

/** A node that dies again and again while it is sent changing content adds a set each time. From here on, sets are united. */
const MAX_BATCHES = 8

const NO_BATCHES: readonly Batch[] = []

export class UnconfirmedBatches {
  readonly #byType = new Map<string, readonly Batch[]>()

  get isEmpty(): boolean {
    return this.#byType.size === 0
  }

  add(typeUrl: string, batch: Batch): void {
    if (batch.names.size === 0) return
    const others = this.#of(typeUrl).filter((one) => !covers(batch, one))
    const batches = [...others, batch]
    this.#byType.set(typeUrl, batches.length > MAX_BATCHES ? [unite(batches)] : batches)
  }

  addAll(other: UnconfirmedBatches, since: number): void {
    for (const [typeUrl, batches] of other.#byType)
      for (const batch of batches) this.add(typeUrl, { ...batch, since })
  }

  /** Removes names from the sets that were added before a time. Returns those that the log has. */
  confirm(typeUrl: string, names: ReadonlySet<string>, before: number): string[] {
    const logged: string[] = []
    const kept = this.#of(typeUrl).flatMap((batch) => {
      if (batch.since >= before) return [batch]
      const rest = new Set([...batch.names].filter((name) => !names.has(name)))
      if (rest.size === batch.names.size) return [batch]
      if (batch.isLogged) logged.push(...[...batch.names].filter((name) => names.has(name)))
      return rest.size === 0 ? [] : [{ ...batch, names: rest }]
    })
    if (kept.length === 0) this.#byType.delete(typeUrl)
    else this.#byType.set(typeUrl, kept)
    return logged
  }

  hasLogged(typeUrl: string, name: string): boolean {
    return this.#of(typeUrl).some(({ names, isLogged }) => isLogged && names.has(name))
  }

  clear(): void {
    this.#byType.clear()
  }

  /** All names, which do not change with this object. */
  names(): UnconfirmedNames {
    return new Map([...this.#byType].map(([typeUrl, batches]) => [typeUrl, unite(batches).names]))
  }

  *logged(): Iterable<readonly [typeUrl: string, names: readonly string[]]> {
    for (const [typeUrl, batches] of this.#byType) {
      const names = unite(batches.filter(({ isLogged }) => isLogged)).names
      if (names.size > 0) yield [typeUrl, [...names]]
    }
  }

  #of(typeUrl: string): readonly Batch[] {
    return this.#byType.get(typeUrl) ?? NO_BATCHES
  }
}

/** Whether a newer set makes an older one superfluous. */
function covers(newer: Batch, older: Batch): boolean {
  if (older.isLogged && !newer.isLogged) return false
  return newer.names === older.names || [...older.names].every((name) => newer.names.has(name))
}

/** @param batches at least one */
function unite(batches: readonly Batch[]): Batch {
  const [first] = batches
  return {
    names:
      first !== undefined && batches.length === 1
        ? first.names
        : new Set(batches.flatMap(({ names }) => [...names])),
    since: Math.max(...batches.map(({ since }) => since)),
    isLogged: batches.some(({ isLogged }) => isLogged),
  }
}
