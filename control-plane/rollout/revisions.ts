// The desired state and its revisions: durable before they are served, one write after the other.

import { SwitchyardError } from '../../core/errors.ts'
import { SerialQueue } from '../../core/serial-queue.ts'
import { spanned } from '../../core/spanned.ts'
import type { SnapshotCache } from '../../xds-server/index.ts'
import type { Config } from '../document/model.ts'
import { EndpointStore, type SourceStatus } from '../sources/endpoints/endpoint-store.ts'
import { effectiveConfig } from '../sources/endpoints/merge-endpoints.ts'
import { type FileStatus, FileStore } from '../sources/files/file-store.ts'
import { type SecretStatus, SecretStore } from '../sources/secrets/secret-store.ts'
import type { Detail, IfMatch, Revision, RevisionInfo } from '../store/revision.ts'
import type { Page, RevisionStore } from '../store/revision-store.ts'
import { keepEqual } from './keep-equal.ts'
import { describeNacks } from './nacks.ts'
import { markPatches, type PatchMark } from './patch-marks.ts'
import { type Follow, followRevision, type Progress } from './progress.ts'
import { Publisher, type ServingCache } from './publisher.ts'
import { Reconciler } from './reconciler.ts'
import { serveStored } from './restart.ts'
import type { ServingObserver } from './serving-observer.ts'
import { nacksBySecret, type SecretNack } from './source-nacks.ts'

export interface RevisionsOptions {
  readonly store: RevisionStore
  readonly cache: ServingCache & Pick<SnapshotCache, 'status' | 'nodeStatus' | 'onEvent'>
  /** What the first revision is made of, where the store has none yet. */
  readonly initial?: Config
  /** The files of secrets. Default: paths begin in the working directory. */
  readonly secrets?: SecretStore
  /** What feeds upstreams beside the document. Default: in memory only. */
  readonly endpoints?: EndpointStore
  /** The files that switches name. Default: paths begin in the working directory. */
  readonly files?: FileStore
  /** Told when a verdict could not be written down, which is tried again with the next answer of a node; and of bad renewals. */
  readonly onFault?: (error: unknown) => void
  readonly observer?: ServingObserver
}

export interface WriteOptions {
  readonly author: string
  /** Compared with the revision in force when all earlier writes are done. Default: `*`. */
  readonly ifMatch?: IfMatch
}

export class Revisions {
  readonly #store: RevisionStore
  readonly #cache: RevisionsOptions['cache']
  readonly #publisher: Publisher
  readonly #secrets: SecretStore
  readonly #endpoints: EndpointStore
  readonly #files: FileStore
  readonly #turns: SerialQueue
  readonly #reconciler: Reconciler

  /**
   * Serves the newest revision of the store, or makes the first one.
   * @throws SwitchyardError `invalid-argument` where there is neither a revision nor `initial`, `invalid-config` where this
   * version of Switchyard cannot serve what is stored, or a file that it names is invalid
   */
  static open(options: RevisionsOptions): Promise<Revisions> {
    const {
      store,
      cache,
      initial,
      secrets = new SecretStore({ folder: '.' }),
      files = new FileStore({ folder: '.' }),
      onFault = () => {},
      observer,
    } = options
    const turns = new SerialQueue()
    const opened = turns.take(async () => {
      const endpoints = options.endpoints ?? (await EndpointStore.open({ onFault }))
      const sources = { secrets, files, endpoints }
      const publisher = new Publisher(cache, sources)
      const stored = await serveStored(store, publisher, initial)
      const reconciler = new Reconciler({ store, cache, publisher, turns, onFault, observer, ...stored })
      await reconciler.resume()
      endpoints.onChange(() => turns.take(async () => (await opened).#serveEndpoints()).catch(onFault))
      return new Revisions({ store, cache, ...sources }, publisher, turns, reconciler)
    })
    // Files that change during the start are renewed after it.
    const renew = async () => (await opened).#renew(onFault)
    for (const source of [secrets, files]) source.onChange(() => turns.take(renew).catch(onFault))
    return opened
  }

  private constructor(
    {
      store,
      cache,
      secrets,
      files,
      endpoints,
    }: Required<Pick<RevisionsOptions, 'store' | 'cache' | 'secrets' | 'files' | 'endpoints'>>,
    publisher: Publisher,
    turns: SerialQueue,
    reconciler: Reconciler,
  ) {
    this.#store = store
    this.#cache = cache
    this.#secrets = secrets
    this.#endpoints = endpoints
    this.#files = files
    this.#publisher = publisher
    this.#turns = turns
    this.#reconciler = reconciler
  }

  /** The revision in force, which is the newest one. */
  get head(): RevisionInfo {
    return this.#reconciler.inForce.revision
  }

  get config(): Config {
    return this.#reconciler.inForce.publication.config
  }

  /** The document in force with the endpoints of all sources. */
  get effectiveConfig(): Config {
    return effectiveConfig(this.config, this.#endpoints.sourced)
  }

  /** The newest revision that was accepted. */
  get acceptedNumber(): number | undefined {
    return this.#reconciler.accepted?.number
  }

  get(number: number): Promise<Revision> {
    return this.#store.get(number)
  }

  list(page?: Page): Promise<readonly RevisionInfo[]> {
    return this.#store.list(page)
  }

  /** The newest revision that a node NACKed. */
  newestRejected(): Promise<RevisionInfo | undefined> {
    return this.#store.newest(['rejected', 'rolled_back'])
  }

  /** What nodes NACK now, and where in the document it comes from. */
  nacks(): Detail | undefined {
    return describeNacks(this.#cache.status(), this.#reconciler.inForce.publication.translations)
  }

  /** The fields that patches change in the resources of a fleet. */
  patchesOf(fleet: string): readonly PatchMark[] {
    const { patches = new Map() } = this.#reconciler.inForce.publication.translations.get(fleet) ?? {}
    return markPatches(patches)
  }

  /** The secrets that are served, what is wrong with their files, and which nodes NACK them. */
  secrets(): Readonly<Record<string, SecretStatus & { readonly nacks: readonly SecretNack[] }>> {
    const nacks = nacksBySecret(this.#cache.status())
    return Object.fromEntries(
      Object.entries(this.#secrets.status()).map(([name, status]) => [
        name,
        { ...status, nacks: nacks.get(name) ?? [] },
      ]),
    )
  }

  /** The files that switches name, by their paths in the document, and what is wrong with them. */
  files(): Readonly<Record<string, FileStatus>> {
    return this.#files.status()
  }

  /** The sources of endpoints, by the names of upstreams. */
  endpointSources(): Readonly<Record<string, SourceStatus>> {
    return this.#endpoints.status()
  }

  /**
   * Writes a revision and serves it: durable first. One that changes nothing is not written again.
   * @param edit makes the next document of the one in force; it may throw
   * @throws SwitchyardError `stale-etag`, `inconsistent-snapshot`, `invalid-config` for invalid files of secrets, or whatever `edit` throws; what is served stays
   */
  write(edit: (config: Config) => Config, { author, ifMatch = '*' }: WriteOptions): Promise<RevisionInfo> {
    return spanned('write revision', () => this.#turns.take(() => this.#write(edit, author, ifMatch)))
  }

  /** In its turn. */
  async #write(edit: (config: Config) => Config, author: string, ifMatch: IfMatch): Promise<RevisionInfo> {
    const before = this.head
    if (ifMatch !== '*' && !ifMatch.includes(before.etag)) {
      throw new SwitchyardError(
        'stale-etag',
        `the document is at revision ${before.number} ("${before.etag}"), which If-Match does not name; read it again and repeat the edit`,
      )
    }
    const config = await spanned('validate', async () => keepEqual(this.config, edit(this.config)))
    if (config === this.config) return before
    const publication = await spanned('translate', () => this.#publisher.prepare(config))
    const revision = await spanned('store', () =>
      this.#store.append(config, before.etag, author, {
        ...(this.#reconciler.isOnTrial && { previous: { status: 'superseded' } }),
      }),
    )
    await spanned('serve', () => this.#reconciler.begin(revision, publication))
    return this.head
  }

  /** @throws SwitchyardError if the store cannot be written, such as `storage-full` */
  checkWritable(): Promise<void> {
    return this.#store.checkWritable()
  }

  /**
   * How far a revision has come; waits for the verdict and for the nodes until `signal` aborts.
   * @param follow see `followRevision`
   * @throws `not-found`
   */
  progress(number: number, signal: AbortSignal, follow: Follow = 'changes'): Promise<Progress> {
    return followRevision(number, signal, follow, {
      store: this.#store,
      cache: this.#cache,
      inForce: () => this.#reconciler.inForce,
      nodes: this.#reconciler.nodes,
      settled: () => this.#turns.take(async () => {}),
    })
  }

  /** Stops following the nodes, once what is under way is done. */
  async close(): Promise<void> {
    this.#reconciler.close()
    await this.#endpoints.close()
    await this.#turns.take(async () => {})
  }

  /** What sources changed is no new revision either. */
  async #serveEndpoints(): Promise<void> {
    try {
      await this.#reconciler.renew(await this.#publisher.prepare(this.config))
    } catch (error) {
      this.#endpoints.failed(error)
      throw error
    }
  }

  /** Renewed files are no new revision: nobody has changed what is wanted. */
  async #renew(onFault: (error: unknown) => void): Promise<void> {
    await this.#reconciler.renew(await this.#publisher.prepare(this.config))
    const problems = [
      ...Object.values(this.secrets()).flatMap((one) => one.problems),
      ...Object.values(this.files()).flatMap((one) => one.problems),
    ]
    if (problems.length === 0) return
    const message = 'renewed files are invalid; what was in them before stays in force'
    onFault(new SwitchyardError('invalid-config', message, { problems }))
  }
}
