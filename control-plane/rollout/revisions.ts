// The desired state in force, and what becomes of each revision of it: accepted, rejected, or rolled back.

import { SwitchyardError } from '../../core/errors.ts'
import { SerialQueue } from '../../core/serial-queue.ts'
import type { NodeStatus, SnapshotCache, XdsEvent } from '../../xds-server/index.ts'
import { type Config, onNackOf } from '../document/model.ts'
import { formatSteps, throwProblems } from '../document/problem.ts'
import { validateConfig } from '../document/validate.ts'
import { bytesOf, type ReadSecrets, type SecretStatus, SecretStore } from '../sources/secrets/secret-store.ts'
import type { Detail, IfMatch, Revision, RevisionInfo } from '../store/revision.ts'
import type { RevisionStore } from '../store/revision-store.ts'
import { secretOf } from '../translate/secret.ts'
import { changedPaths } from './changes.ts'
import { keepEqual } from './keep-equal.ts'
import {
  describeNacks,
  type IsOfRevision,
  isNackOfSource,
  nacksBySecret,
  namedInNack,
  type SecretNack,
  withoutNacksOfSources,
} from './nacks.ts'
import { followRevision, type Progress } from './progress.ts'
import { isSecretChanged, type Publication, Publisher, type ServingCache } from './publisher.ts'
import { evaluate, keysOf, type Rollout } from './verdict.ts'

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
  readonly publication: Publication
  readonly secrets: ReadSecrets
}

/** A configuration that can be served, with the secrets that it is served with. */
interface Prepared {
  readonly publication: Publication
  readonly secrets: ReadSecrets
}

/** Events that can change the verdict. */
const DECISIVE: ReadonlySet<XdsEvent['kind']> = new Set(['acked', 'nacked', 'subscribed', 'closed'])

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
  #rollout: Rollout | undefined
  #isReviewDue = false

  /**
   * Serves the newest revision of the store, or makes the first one.
   * @throws SwitchyardError `invalid-argument` where there is neither a revision nor `initial`, `invalid-config` where this
   * version of Switchyard cannot serve what is stored, or a file that it names is invalid
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
      lastAccepted = { number: accepted.number, ...before }
    }
    const prepared = await prepare(validateConfig(head.document), publisher, secrets)
    const fleets = publisher.publish(prepared.publication)
    const { document: _, ...revision } = head
    const inForce = { revision, ...prepared, fleets }
    const revisions = new Revisions({ ...options, secrets }, publisher, inForce, lastAccepted)
    await revisions.#resume()
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
    this.#stopListening = cache.onEvent((event) => {
      if (event.kind === 'nacked') this.#reportSecretNack(event)
      if (DECISIVE.has(event.kind)) this.#scheduleReview()
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
    return describeNacks(this.#cache.status(), this.#inForce.publication.translations)
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

  /**
   * Writes a revision and serves it: durable first. One that changes nothing is not written again.
   * @param edit makes the next document of the one in force; it may throw
   * @throws SwitchyardError `stale-etag`, `inconsistent-snapshot`, `invalid-config` for invalid files of secrets, or whatever `edit` throws; what is served stays
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
      nodes: (nodes) => withoutNacksOfSources(nodes, this.#isOfRevision),
      settled: () => this.#turns.take(async () => {}),
    })
  }

  /** Stops following the nodes, once what is under way is done. */
  async close(): Promise<void> {
    this.#stopListening()
    await this.#turns.take(async () => {})
  }

  #serve(revision: RevisionInfo, prepared: Prepared): void {
    // A node that NACKs a renewed secret cannot tell: it is sent no listener until it has ACKed the secret.
    const synced = keysOf(this.#cache.status(), 'SYNCED')
    const changed = this.#publisher.publish(prepared.publication)
    this.#secrets.use(prepared.secrets)
    const undecided = this.#rollout
    const fleets = new Set([...(undecided?.fleets ?? []), ...changed])
    const baseline = new Set([...(undecided?.baseline ?? []), ...synced])
    this.#inForce = { revision, ...prepared, fleets }
    this.#rollout = { fleets, baseline, alreadyNacked: keysOf(this.#nodes(), 'NACKED') }
  }

  /** After a restart it is unknown which node had which revision, so the nodes that connect decide the verdict. */
  async #resume(): Promise<void> {
    const { revision, fleets } = this.#inForce
    if (revision.status === 'accepted') {
      this.#keepAsAccepted()
      return
    }
    this.#rollout = { fleets, baseline: new Set(), alreadyNacked: new Set() }
    if (revision.status === 'rejected') this.#publisher.pinNewNodes(fleets)
    await this.#review()
  }

  /** The nodes as a verdict sees them. */
  #nodes(): readonly NodeStatus[] {
    return withoutNacksOfSources(this.#cache.status(), this.#isOfRevision)
  }

  /** Compares the revision in force with the accepted one: before there is one, everything is of the revision. */
  get #isOfRevision(): IsOfRevision {
    const [after, before] = [this.#inForce.publication, this.#accepted?.publication]
    return (fleet, secretName) => before === undefined || isSecretChanged(before, after, fleet, secretName)
  }

  /** A NACK of a renewed secret decides about no revision, so somebody else has to hear of it. */
  #reportSecretNack({ typeUrl, nack, node, group }: XdsEvent & { readonly kind: 'nacked' }): void {
    if (!isNackOfSource(group, typeUrl, nack, this.#isOfRevision)) return
    for (const secret of new Set(namedInNack(nack).map(secretOf))) {
      const message = `the secret "${secret}" was renewed, and node ${node} of fleet ${group} NACKed it and keeps the one before: ${nack.message}`
      const problems = [{ path: formatSteps(['secrets', secret]), message: nack.message }]
      this.#onFault(new SwitchyardError('nacked', message, { problems }))
    }
  }

  #scheduleReview(): void {
    if (this.#isReviewDue || this.#rollout === undefined) return
    this.#isReviewDue = true
    this.#turns.take(() => this.#review()).catch(this.#onFault)
  }

  async #review(): Promise<void> {
    this.#isReviewDue = false
    const rollout = this.#rollout
    if (rollout === undefined) return
    const verdict = evaluate(rollout, this.#nodes())
    const { status } = this.#inForce.revision
    if (verdict.kind === 'accepted') return await this.#accept()
    if (status === 'rejected') return
    if (verdict.kind === 'rejected') return await this.#reject(verdict.by)
    if (verdict.verifiable) this.#publisher.pinNewNodes(rollout.fleets)
    else this.#publisher.unpinNewNodes()
    const next = verdict.verifiable ? 'pending' : 'unverified'
    if (status !== next) await this.#setStatus(next)
  }

  async #accept(): Promise<void> {
    await this.#setStatus('accepted')
    this.#rollout = undefined
    this.#keepAsAccepted()
  }

  #keepAsAccepted(): void {
    const { publication, secrets } = this.#inForce
    this.#accepted = { number: this.head.number, publication, secrets }
    this.#publisher.accept()
  }

  /** Renewed files are no new revision: nobody has changed what is wanted. */
  async #renewSecrets(): Promise<void> {
    const prepared = await prepare(this.config, this.#publisher, this.#secrets)
    this.#publisher.publish(prepared.publication)
    this.#secrets.use(prepared.secrets)
    this.#inForce = { ...this.#inForce, ...prepared }
    if (this.#rollout === undefined) this.#keepAsAccepted()
    const problems = Object.values(this.secrets()).flatMap((one) => one.problems)
    if (problems.length === 0) return
    const message = 'renewed files are invalid; the secrets from before stay in force'
    this.#onFault(new SwitchyardError('invalid-config', message, { problems }))
  }

  async #reject(by: readonly NodeStatus[]): Promise<void> {
    const detail = this.#explain(by)
    const { fleets } = this.config
    const isHeld = by.every(({ group }) => fleets[group] !== undefined && onNackOf(fleets[group]) === 'hold')
    if (this.#accepted !== undefined && !isHeld) return await this.#rollBack(this.#accepted, detail)
    this.#publisher.pinNewNodes(this.#rollout?.fleets ?? [])
    await this.#setStatus('rejected', detail)
  }

  /** All fleets and all types go back together, as a revision of its own: the next edit starts from what is accepted. */
  async #rollBack(accepted: Accepted, why?: Detail): Promise<void> {
    const { number, etag } = this.head
    const message = `restores revision ${accepted.number}, because a node NACKed revision ${number}`
    const { config } = accepted.publication
    const prepared = await prepare(config, this.#publisher, this.#secrets, accepted.secrets)
    const revision = await this.#store.append(config, etag, 'system', {
      status: 'accepted',
      detail: { message, problems: [] },
      previous: { status: 'rolled_back', ...(why && { detail: why }) },
    })
    this.#serve(revision, prepared)
    this.#rollout = undefined
    this.#keepAsAccepted()
  }

  #explain(by: readonly NodeStatus[]): Detail | undefined {
    const detail = describeNacks(by, this.#inForce.publication.translations)
    if (detail === undefined || this.#accepted === undefined) return detail
    const changed = changedPaths(this.#accepted.publication.config, this.config).join(', ')
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
 * @throws SwitchyardError `invalid-config` with each invalid file, and `inconsistent-snapshot`
 */
async function prepare(
  config: Config,
  publisher: Publisher,
  store: SecretStore,
  known?: ReadSecrets,
): Promise<Prepared> {
  const secrets = await store.read(config, known)
  if (secrets.problems.length > 0) throwProblems(secrets.problems, 'files of secrets are invalid')
  return { publication: publisher.prepare(config, bytesOf(secrets)), secrets }
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
