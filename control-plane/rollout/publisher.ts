// Brings a configuration to the fleets: with its secrets, translated, prepared for all of them, and then served as a whole.

import type { Message } from '@bufbuild/protobuf'
import { memoizeMany } from '../../core/memo.ts'
import {
  createResources,
  type PreparedSnapshot,
  type Resource,
  type Snapshot,
  type SnapshotCache,
} from '../../xds-server/index.ts'
import type { Config } from '../document/model.ts'
import { throwProblems } from '../document/problem.ts'
import { contentsOf, type FileStore, type ReadFiles } from '../sources/files/file-store.ts'
import { bytesOf, type ReadSecrets, type SecretStore } from '../sources/secrets/secret-store.ts'
import type { RevisionInfo } from '../store/revision.ts'
import { type Translation, translate } from '../translate/translate.ts'

/** By the names of fleets. */
export type Translations = ReadonlyMap<string, Translation>

/** A configuration that the cache is known to take, with the secrets and files that it is served with. */
export interface Publication {
  readonly config: Config
  readonly secrets: ReadSecrets
  readonly files: ReadFiles
  readonly translations: Translations
  readonly prepared: readonly PreparedSnapshot[]
}

/** The newest revision that was accepted, as it was served. */
export interface Accepted {
  readonly number: number
  readonly publication: Publication
}

export interface InForce {
  readonly revision: RevisionInfo
  readonly publication: Publication
  /** The fleets that this revision, or one before it that was not decided, changed. */
  readonly fleets: ReadonlySet<string>
}

export type ServingCache = Pick<
  SnapshotCache,
  'prepareSnapshot' | 'commitSnapshot' | 'clearSnapshot' | 'getSnapshot' | 'pin' | 'unpin' | 'messages'
>

export class Publisher {
  readonly #cache: ServingCache
  readonly #secrets: SecretStore
  readonly #files: FileStore
  readonly #encodeAll: (messages: readonly Message[]) => readonly Resource[]
  #fleets: ReadonlySet<string> = new Set()
  #accepted: ReadonlyMap<string, Snapshot> = new Map()

  constructor(cache: ServingCache, secrets: SecretStore, files: FileStore) {
    this.#cache = cache
    this.#secrets = secrets
    this.#files = files
    // Translation returns the same message objects for what did not change, so only the changed ones are encoded.
    this.#encodeAll = memoizeMany((messages) => createResources(messages, cache))
  }

  /**
   * Serves nothing yet.
   * @param known secrets and files that were in force with the configuration before: secrets for those that have gone bad since, and
   * files as they were accepted
   * @throws SwitchyardError `invalid-config` with each invalid file, or as `SnapshotCache.prepareSnapshot` does
   */
  async prepare(config: Config, known?: Pick<Publication, 'secrets' | 'files'>): Promise<Publication> {
    const secrets = await this.#secrets.read(config, known?.secrets)
    if (secrets.problems.length > 0) throwProblems(secrets.problems, 'secrets cannot be sent')
    const files = await this.#files.read(config, known?.files)
    if (files.problems.length > 0) throwProblems(files.problems, 'files cannot be sent')
    const [bytes, contents] = [bytesOf(secrets), contentsOf(files)]
    const translations = new Map(
      Object.keys(config.fleets).map((fleet) => [fleet, translate(config, fleet, bytes, contents)]),
    )
    const prepared = [...translations].map(([fleet, { resources }]) =>
      this.#cache.prepareSnapshot(fleet, this.#encodeAll(resources)),
    )
    return { config, secrets, files, translations, prepared }
  }

  /** All fleets at once, and all types of each. A fleet that is no more is served nothing. @returns the fleets that this changed */
  publish({ translations, prepared, secrets, files }: Publication): ReadonlySet<string> {
    const changed = new Set<string>()
    for (const fleet of this.#fleets) {
      if (!translations.has(fleet)) this.#cache.clearSnapshot(fleet)
    }
    for (const one of prepared) {
      if (this.#cache.commitSnapshot(one) !== one.previous) changed.add(one.snapshot.group)
    }
    this.#fleets = new Set(translations.keys())
    this.#secrets.use(secrets)
    this.#files.use(files)
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
