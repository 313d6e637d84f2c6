// Which resources have their content from a source (endpoints, files of switches) that changed it without a revision.

import type { PreparedSnapshot } from '../../xds-server/index.ts'
import { typeIn } from '../../xds-server/snapshot/snapshot.ts'
import { diffTypes, emptyTypeSnapshot, type TypeSnapshot } from '../../xds-server/snapshot/type-snapshot.ts'

/** What is served by a source, and what by a pending revision: by fleet, type and name. */
export class SourceChanges {
  readonly #bySources = new Set<string>()
  readonly #onTrial = new Set<string>()
  /** After a restart it is unknown what a revision without a verdict changed, so it may have changed everything. */
  #isAllOnTrial: boolean

  /** @param isOnTrial whether what is served at the start has no verdict yet */
  constructor(isOnTrial: boolean) {
    this.#isAllOnTrial = isOnTrial
  }

  /** A source changes what is served. */
  renewed(prepared: readonly PreparedSnapshot[]): void {
    for (const key of prepared.flatMap(changedKeys)) this.#bySources.add(key)
  }

  /** A revision changes what is served. What it changes is not the source's alone, until the revision is accepted. */
  written(prepared: readonly PreparedSnapshot[]): void {
    for (const key of prepared.flatMap(changedKeys)) {
      this.#bySources.delete(key)
      this.#onTrial.add(key)
    }
  }

  /** What is served now is the last known good content. */
  accepted(): void {
    this.#onTrial.clear()
    this.#isAllOnTrial = false
  }

  /** Whether a NACK of these resources is about a source: it changed one of them, and the pending revision changed none. */
  isOfSource(fleet: string, typeUrl: string, names: readonly string[]): boolean {
    if (this.#isAllOnTrial) return false
    const keys = names.map((name) => keyOf(fleet, typeUrl, name))
    return keys.some((key) => this.#bySources.has(key)) && !keys.some((key) => this.#onTrial.has(key))
  }
}

function changedKeys({ snapshot, previous }: PreparedSnapshot): readonly string[] {
  return [...snapshot.types.values()].flatMap((after) =>
    diffTypes(before(previous, after), after).changed.map(({ name }) =>
      keyOf(snapshot.group, after.typeUrl, name),
    ),
  )
}

function before(previous: PreparedSnapshot['previous'], { typeUrl }: TypeSnapshot): TypeSnapshot {
  return previous === undefined ? emptyTypeSnapshot(typeUrl) : typeIn(previous, typeUrl)
}

function keyOf(fleet: string, typeUrl: string, name: string): string {
  return JSON.stringify([fleet, typeUrl, name])
}
