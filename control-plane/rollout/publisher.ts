// Brings a configuration to the fleets: translated, prepared for all of them, and then served as a whole.

import { isDeepStrictEqual } from 'node:util'
import type { Message } from '@bufbuild/protobuf'
import { memoizeMany } from '../../core/memo.ts'
import {
  createResources,
  type PreparedSnapshot,
  type Resource,
  SECRET,
  type Snapshot,
  type SnapshotCache,
} from '../../xds-server/index.ts'
import type { Config } from '../document/model.ts'
import type { SecretBytesByName } from '../sources/secrets/secret-bytes.ts'
import { secretOf } from '../translate/secret.ts'
import { type Translation, translate } from '../translate/translate.ts'

/** By the names of fleets. */
export type Translations = ReadonlyMap<string, Translation>

/** A configuration that the cache is known to take. */
export interface Publication {
  readonly config: Config
  readonly translations: Translations
  readonly prepared: readonly PreparedSnapshot[]
}

export type ServingCache = Pick<
  SnapshotCache,
  'prepareSnapshot' | 'commitSnapshot' | 'clearSnapshot' | 'getSnapshot' | 'pin' | 'unpin' | 'messages'
>

export class Publisher {
  readonly #cache: ServingCache
  readonly #encodeAll: (messages: readonly Message[]) => readonly Resource[]
  #fleets: ReadonlySet<string> = new Set()
  #accepted: ReadonlyMap<string, Snapshot> = new Map()

  constructor(cache: ServingCache) {
    this.#cache = cache
    // Translation returns the same message objects for what did not change, so only the changed ones are encoded.
    this.#encodeAll = memoizeMany((messages) => createResources(messages, cache))
  }

  /** @throws SwitchyardError as `SnapshotCache.prepareSnapshot` does; nothing is served of it. */
  prepare(config: Config, secretBytes: SecretBytesByName): Publication {
    const translations = new Map(
      Object.keys(config.fleets).map((fleet) => [fleet, translate(config, fleet, secretBytes)]),
    )
    const prepared = [...translations].map(([fleet, { resources }]) =>
      this.#cache.prepareSnapshot(fleet, this.#encodeAll(resources)),
    )
    return { config, translations, prepared }
  }

  /** All fleets at once, and all types of each. A fleet that is no more is served nothing. @returns the fleets that this changed */
  publish({ translations, prepared }: Publication): ReadonlySet<string> {
    const changed = new Set<string>()
    for (const fleet of this.#fleets) {
      if (!translations.has(fleet)) this.#cache.clearSnapshot(fleet)
    }
    for (const one of prepared) {
      if (this.#cache.commitSnapshot(one) !== one.previous) changed.add(one.snapshot.group)
    }
    this.#fleets = new Set(translations.keys())
    return changed
  }

  /** What is served now is what Envoys that start are given while something newer is on trial. */
  accept(): void {
    this.unpinNewNodes()
    const served = [...this.#fleets].flatMap((fleet) => {
      const snapshot = this.#cache.getSnapshot(fleet)
      return snapshot === undefined ? [] : [[fleet, snapshot] as const]
    })
    this.#accepted = new Map(served)
  }

  /** From now on, Envoys of these fleets that start get what was accepted last. */
  pinNewNodes(fleets: Iterable<string>): void {
    for (const fleet of fleets) {
      const accepted = this.#accepted.get(fleet)
      if (accepted !== undefined) this.#cache.pin(fleet, accepted)
    }
  }

  unpinNewNodes(): void {
    for (const fleet of this.#accepted.keys()) this.#cache.unpin(fleet)
  }
}

/** Whether a fleet is served a secret for the first time, or with another entry of the document than before. */
export function isSecretChanged(
  before: Publication,
  after: Publication,
  fleet: string,
  secretName: string,
): boolean {
  const isServed = before.translations.get(fleet)?.provenance.has(`${SECRET} ${secretName}`) ?? false
  const entryIn = ({ config }: Publication) => config.secrets?.[secretOf(secretName)]
  return !isServed || !isDeepStrictEqual(entryIn(before), entryIn(after))
}
