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
import type { EndpointStore, ReadEndpoints } from '../sources/endpoints/endpoint-store.ts'
import { contentsOf, type FileStore, type ReadFiles } from '../sources/files/file-store.ts'
import { bytesOf, type ReadSecrets, type SecretStore } from '../sources/secrets/secret-store.ts'
import type { RevisionInfo } from '../store/revision.ts'
import { type Translation, translate } from '../translate/translate.ts'

/** By the names of fleets. */
export type Translations = ReadonlyMap<string, Translation>

/** A configuration that the cache is known to take, with the secrets, files and endpoints of sources that it is served with. */
export interface Publication {
  readonly config: Config
  readonly secrets: ReadSecrets
  readonly files: ReadFiles
  readonly endpoints: ReadEndpoints
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

/** What is served beside the document. */
export interface Sources {
  readonly secrets: SecretStore
  readonly files: FileStore
  readonly endpoints: EndpointStore
}

export type ServingCache = Pick<
  SnapshotCache,
  'prepareSnapshot' | 'commitSnapshot' | 'clearSnapshot' | 'getSnapshot' | 'pin' | 'unpin' | 'messages'
>

export class Publisher {
  readonly #cache: ServingCache
  readonly #secrets: SecretStore
  readonly #endpoints: EndpointStore
  readonly #files: FileStore
  readonly #encodeAll: (messages: readonly Message[]) => readonly Resource[]
  #fleets: ReadonlySet<string> = new Set()
  #accepted: ReadonlyMap<string, Snapshot> = new Map()
  #inForce: Config | undefined
  /** Its sources are followed on: it may be served again. */
  #lastKnownGood: Config | undefined

  constructor(cache: ServingCache, sources: Sources) {
    this.#cache = cache
    this.#secrets = sources.secrets
    this.#files = sources.files
    this.#endpoints = sources.endpoints
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
    const endpoints = await this.#endpoints.read(config)
    const [bytes, contents] = [bytesOf(secrets), contentsOf(files)]
    const translations = new Map(
      Object.keys(config.fleets).map((fleet) => [
        fleet,
        translate(config, fleet, bytes, contents, endpoints.sourced),
      ]),
    )
    const prepared = [...translations].map(([fleet, { resources }]) =>
      this.#cache.prepareSnapshot(fleet, this.#encodeAll(resources)),
    )
    return { config, secrets, files, endpoints, translations, prepared }
  }

  /** All fleets at once, and all types of each. A fleet that is no more is served nothing. @returns the fleets that this changed */
  publish({ config, translations, prepared, secrets, files, endpoints }: Publication): ReadonlySet<string> {
    const changed = new Set<string>()
    for (const fleet of this.#fleets) {
      if (!translations.has(fleet)) this.#cache.clearSnapshot(fleet)
    }
    for (const one of prepared) {
      if (this.#cache.commitSnapshot(one) !== one.previous) changed.add(one.snapshot.group)
    }
    this.#fleets = new Set(translations.keys())
    this.#inForce = config
    this.#secrets.use(secrets)
    this.#endpoints.use(endpoints, ...(this.#lastKnownGood ? [this.#lastKnownGood] : []))
    this.#files.use(files)
    return changed
  }

  /** What is served now is what Envoys that start are given while something newer is pending. */
  accept(): void {
    this.unpinNewNodes()
    const served = [...this.#fleets].flatMap((fleet) => {
      const snapshot = this.#cache.getSnapshot(fleet)
      return snapshot === undefined ? [] : [[fleet, snapshot] as const]
    })
    this.#accepted = new Map(served)
    this.#lastKnownGood = this.#inForce
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
