// The desired state in force, and what becomes of each revision of it: accepted, rejected, or rolled back.

import { SwitchyardError } from '../../core/errors.ts'
import { SerialQueue } from '../../core/serial-queue.ts'
import type { NodeStatus, SnapshotCache, XdsEvent } from '../../xds-server/index.ts'
import { type Config, onNackOf } from '../document/model.ts'
import { throwProblems } from '../document/problem.ts'
import { validateConfig } from '../document/validate.ts'
import {
  materialsOf,
  type ReadSecrets,
  type SecretStatus,
  SecretStore,
} from '../sources/secrets/secret-store.ts'
import type { Detail, IfMatch, Revision, RevisionInfo } from '../store/revision.ts'
import type { RevisionStore } from '../store/revision-store.ts'
import { changedPaths } from './changes.ts'
import { keepEqual } from './keep-equal.ts'
import { describeRefusals } from './nacks.ts'
import { followRevision, type Progress } from './progress.ts'
import { type Publication, Publisher, type ServingCache } from './publisher.ts'
import { judge, keysOf, type Trial } from './verdict.ts'

export interface RevisionsOptions {
  readonly store: RevisionStore
  readonly cache: ServingCache & Pick<SnapshotCache, 'status' | 'synced' | 'onEvent'>
  /** What the first revision is made of, where the store has none yet. */
  readonly initial?: Config
  /** The files that documents name. Default: paths begin in the working directory. */
  readonly secrets?: SecretStore
  /** Told when a verdict could not be written down, which is tried again with the next answer of a node; and of bad renewals. */
  readonly onFault?: (error: unknown) => void
}

export interface WriteOptions {
  readonly author: string
  /** Compared with the revision in force when all earlier writes are done. Default: `*`. */
  readonly ifMatch?: IfMatch
}

interface InForce extends Prepared {
  readonly revision: RevisionInfo
  /** The fleets that this revision, or one before it that was not decided, changed. */
  readonly fleets: ReadonlySet<string>
}

interface Accepted {
  readonly number: number
  readonly config: Config
  readonly secrets: ReadSecrets
}

/** A configuration that can be served, with the secrets that it is served with. */
interface Prepared {
  readonly publication: Publication
  readonly secrets: ReadSecrets
}

/** What a node may have done that a verdict can hang on. */
const TELLING: ReadonlySet<XdsEvent['kind']> = new Set(['acked', 'nacked', 'subscribed', 'closed'])

export class Revisions {
  readonly #store: RevisionStore
  readonly #cache: RevisionsOptions['cache']
  readonly #publisher: Publisher
  readonly #secrets: SecretStore
  readonly #turns = new SerialQueue()
  readonly #stopListening: () => void
  readonly #onFault: (error: unknown) => void
  #inForce: InForce
  #accepted: Accepted | undefined
  #trial: Trial | undefined
  #isReviewDue = false

  /**
   * Serves the newest revision of the store, or makes the first one.
   * @throws SwitchyardError `invalid-argument` where there is neither a revision nor `initial`, `invalid-config` where this
   * version of Switchyard cannot serve what is stored, or a file that it names is unfit
   */
  static async open(options: RevisionsOptions): Promise<Revisions> {
    const { store, initial, secrets = new SecretStore({ folder: '.' }) } = options
    const publisher = new Publisher(options.cache)
    const head = (await store.head()) ?? (await writeFirst(store, initial))
    const accepted = await store.newest(['accepted'])
    let lastAccepted: Accepted | undefined
    if (accepted !== undefined && accepted.number !== head.number) {
      const config = await configOf(store, accepted.number)
      const before = await prepare(config, publisher, secrets)
      publisher.publish(before.publication)
      publisher.accept()
      lastAccepted = { number: accepted.number, config, secrets: before.secrets }
    }
    const prepared = await prepare(validateConfig(head.document), publisher, secrets)
    const fleets = publisher.publish(prepared.publication)
    const { document: _, ...revision } = head
    const inForce = { revision, ...prepared, fleets }
    const revisions = new Revisions({ ...options, secrets }, publisher, inForce, lastAccepted)
    await revisions.#takeUp()
    return revisions
  }

  private constructor(
    {
      store,
      cache,
      secrets,
      onFault = () => {},
    }: RevisionsOptions & Required<Pick<RevisionsOptions, 'secrets'>>,
    publisher: Publisher,
    inForce: InForce,
    accepted: Accepted | undefined,
  ) {
    this.#store = store
    this.#cache = cache
    this.#publisher = publisher
    this.#secrets = secrets
    this.#onFault = onFault
    this.#inForce = inForce
    this.#accepted = accepted
    this.#stopListening = cache.onEvent(({ kind }) => {
      if (TELLING.has(kind)) this.#scheduleReview()
    })
    secrets.use(inForce.secrets)
    secrets.onChange(() => this.#turns.take(() => this.#renewSecrets()).catch(onFault))
  }

  /** The revision in force, which is the newest one. */
  get head(): RevisionInfo {
    return this.#inForce.revision
  }

  get config(): Config {
    return this.#inForce.publication.config
  }

  /** The newest revision that was accepted. */
  get acceptedNumber(): number | undefined {
    return this.#accepted?.number
  }

  get(number: number): Promise<Revision> {
    return this.#store.get(number)
  }

  list(): Promise<readonly RevisionInfo[]> {
    return this.#store.list()
  }

  /** The newest revision that a node NACKed. */
  newestRejected(): Promise<RevisionInfo | undefined> {
    return this.#store.newest(['rejected', 'rolled_back'])
  }

  /** What nodes NACK now, and where in the document it comes from. */
  nacks(): Detail | undefined {
    return describeRefusals(this.#cache.status(), this.#inForce.publication)
  }

  /** The secrets that are served, and what is wrong with their files. */
  secrets(): Readonly<Record<string, SecretStatus>> {
    return this.#secrets.status()
  }

  /**
   * Writes a revision and serves it: durable first. One that changes nothing is not written again.
   * @param edit makes the next document of the one in force; it may throw
   * @throws SwitchyardError `stale-etag`, `inconsistent-snapshot`, `invalid-config` for files that are unfit, or whatever `edit` throws; what is served stays
   */
  write(edit: (config: Config) => Config, { author, ifMatch = '*' }: WriteOptions): Promise<RevisionInfo> {
    return this.#turns.take(async () => {
      const before = this.#inForce.revision
      if (ifMatch !== '*' && !ifMatch.includes(before.etag)) {
        throw new SwitchyardError(
          'stale-etag',
          `the document is at revision ${before.number} ("${before.etag}"), which If-Match does not name; read it again and repeat the edit`,
        )
      }
      const config = keepEqual(this.config, edit(this.config))
      if (config === this.config) return before
      const prepared = await prepare(config, this.#publisher, this.#secrets)
      const isUndecided = before.status === 'pending' || before.status === 'unverified'
      const revision = await this.#store.append(config, before.etag, author, {
        ...(isUndecided && { previous: { status: 'superseded' } }),
      })
      this.#serve(revision, prepared)
      await this.#review()
      return this.#inForce.revision
    })
  }

  /** How far a revision has come; waits for the verdict and for the nodes until `signal` aborts. @throws `not-found` */
  progress(number: number, signal: AbortSignal): Promise<Progress> {
    return followRevision(number, signal, {
      store: this.#store,
      cache: this.#cache,
      inForce: () => this.#inForce,
      settled: () => this.#turns.take(async () => {}),
    })
  }

  /** Stops following the nodes, once what is under way is done. */
  async close(): Promise<void> {
    this.#stopListening()
    await this.#turns.take(async () => {})
  }

  #serve(revision: RevisionInfo, prepared: Prepared): void {
    const synced = keysOf(this.#cache.status(), 'SYNCED')
    const changed = this.#publisher.publish(prepared.publication)
    this.#secrets.use(prepared.secrets)
    const undecided = this.#trial
    const fleets = new Set([...(undecided?.fleets ?? []), ...changed])
    const voters = new Set([...(undecided?.voters ?? []), ...synced])
    this.#inForce = { revision, ...prepared, fleets }
    this.#trial = { fleets, voters, marked: keysOf(this.#cache.status(), 'NACKED') }
  }

  /** After a start: nobody knows any more who held what, so that whoever connects decides. */
  async #takeUp(): Promise<void> {
    const { revision, fleets } = this.#inForce
    if (revision.status === 'accepted') {
      this.#keepAsAccepted()
      return
    }
    this.#trial = { fleets, voters: new Set(), marked: new Set() }
    if (revision.status === 'rejected') this.#publisher.holdBackNewcomers(fleets)
    await this.#review()
  }

  #scheduleReview(): void {
    if (this.#isReviewDue || this.#trial === undefined) return
    this.#isReviewDue = true
    this.#turns.take(() => this.#review()).catch(this.#onFault)
  }

  async #review(): Promise<void> {
    this.#isReviewDue = false
    const trial = this.#trial
    if (trial === undefined) return
    const ruling = judge(trial, this.#cache.status())
    const { status } = this.#inForce.revision
    if (ruling.kind === 'accepted') return await this.#accept()
    if (status === 'rejected') return
    if (ruling.kind === 'refused') return await this.#reject(ruling.by)
    if (ruling.verifiable) this.#publisher.holdBackNewcomers(trial.fleets)
    else this.#publisher.admitNewcomers()
    const next = ruling.verifiable ? 'pending' : 'unverified'
    if (status !== next) await this.#setStatus(next)
  }

  async #accept(): Promise<void> {
    await this.#setStatus('accepted')
    this.#trial = undefined
    this.#keepAsAccepted()
  }

  #keepAsAccepted(): void {
    this.#accepted = { number: this.head.number, config: this.config, secrets: this.#inForce.secrets }
    this.#publisher.accept()
  }

  /** Renewed files are no new revision: nobody has changed what is wanted. */
  async #renewSecrets(): Promise<void> {
    const prepared = await prepare(this.config, this.#publisher, this.#secrets)
    this.#publisher.publish(prepared.publication)
    this.#secrets.use(prepared.secrets)
    this.#inForce = { ...this.#inForce, ...prepared }
    if (this.#trial === undefined) this.#keepAsAccepted()
    const problems = Object.values(this.secrets()).flatMap((one) => one.problems)
    if (problems.length === 0) return
    const message = 'renewed files are unfit, and what they held before stays in force'
    this.#onFault(new SwitchyardError('invalid-config', message, { problems }))
  }

  async #reject(by: readonly NodeStatus[]): Promise<void> {
    const detail = this.#explain(by)
    const { fleets } = this.config
    const isHeld = by.every(({ group }) => fleets[group] !== undefined && onNackOf(fleets[group]) === 'hold')
    if (this.#accepted !== undefined && !isHeld) return await this.#rollBack(this.#accepted, detail)
    this.#publisher.holdBackNewcomers(this.#trial?.fleets ?? [])
    await this.#setStatus('rejected', detail)
  }

  /** All fleets and all types go back together, as a revision of its own: the next edit starts from what is accepted. */
  async #rollBack(accepted: Accepted, why?: Detail): Promise<void> {
    const { number, etag } = this.head
    const message = `brings back revision ${accepted.number}, because revision ${number} was refused`
    const prepared = await prepare(accepted.config, this.#publisher, this.#secrets, accepted.secrets)
    const revision = await this.#store.append(accepted.config, etag, 'system', {
      status: 'accepted',
      detail: { message, problems: [] },
      previous: { status: 'rolled_back', ...(why && { detail: why }) },
    })
    this.#serve(revision, prepared)
    this.#trial = undefined
    this.#keepAsAccepted()
  }

  #explain(by: readonly NodeStatus[]): Detail | undefined {
    const detail = describeRefusals(by, this.#inForce.publication)
    if (detail === undefined || this.#accepted === undefined) return detail
    const changed = changedPaths(this.#accepted.config, this.config).join(', ')
    return {
      ...detail,
      message: `${detail.message}; since revision ${this.#accepted.number}, changed are ${changed}`,
    }
  }

  async #setStatus(status: RevisionInfo['status'], detail?: Detail): Promise<void> {
    const revision = await this.#store.setStatus(this.head.number, status, detail)
    this.#inForce = { ...this.#inForce, revision }
  }
}

/**
 * @param known secrets that were in force with the configuration before, for files that have gone bad since
 * @throws SwitchyardError `invalid-config` with each file that is unfit, and `inconsistent-snapshot`
 */
async function prepare(
  config: Config,
  publisher: Publisher,
  store: SecretStore,
  known?: ReadSecrets,
): Promise<Prepared> {
  const secrets = await store.read(config, known)
  if (secrets.findings.length > 0) throwProblems(secrets.findings, 'files of secrets are unfit')
  return { publication: publisher.prepare(config, materialsOf(secrets)), secrets }
}

async function writeFirst(store: RevisionStore, initial: Config | undefined): Promise<Revision> {
  if (initial === undefined) {
    throw new SwitchyardError(
      'invalid-argument',
      'there is no revision yet: name a configuration file to start from',
    )
  }
  return { ...(await store.append(initial, undefined, 'file')), document: initial }
}

async function configOf(store: RevisionStore, number: number): Promise<Config> {
  return validateConfig((await store.get(number)).document)
}
