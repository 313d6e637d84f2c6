// The shell around `rollout.ts`: it hears what nodes answer, and carries out what the rollout decides.

import type { SwitchyardError } from '../../core/errors.ts'
import type { SerialQueue } from '../../core/serial-queue.ts'
import { type NodeStatus, SECRET, type SnapshotCache, type XdsEvent } from '../../xds-server/index.ts'
import { onNackOf } from '../document/model.ts'
import type { Detail, RevisionInfo, RevisionStatus } from '../store/revision.ts'
import type { RevisionStore } from '../store/revision-store.ts'
import { describeRejection, namedInNack } from './nacks.ts'
import type { Accepted, InForce, Publication, Publisher } from './publisher.ts'
import { type Effect, type Rollout, type RolloutEvent, resume, type Step, step } from './rollout.ts'
import type { ServingObserver } from './serving-observer.ts'
import { SourceChanges } from './source-changes.ts'
import { faultsOfSources, type IsNackOfSource, ofRevision, withoutNacksOfSources } from './source-nacks.ts'
import { keysOf, type NodeSource, Tally } from './tally.ts'

export interface ReconcilerOptions {
  readonly store: Pick<RevisionStore, 'append' | 'setStatus'>
  readonly cache: Pick<SnapshotCache, 'status' | 'nodeStatus' | 'onEvent'>
  readonly publisher: Publisher
  readonly inForce: InForce
  readonly accepted: Accepted | undefined
  /** All writes to the store and all verdicts, one after the other. */
  readonly turns: SerialQueue
  readonly onFault: (error: unknown) => void
  readonly observer?: ServingObserver | undefined
}

/** Its methods run in a turn of the queue, except `close` and the getters. */
export class Reconciler {
  /** The nodes as a verdict sees them. */
  readonly nodes: NodeSource = {
    nodesOf: (fleet) => this.#cache.status(fleet).map((node) => this.#view(node)),
    node: (fleet, id) => this.#view(this.#cache.nodeStatus(fleet, id)),
  }
  readonly #store: ReconcilerOptions['store']
  readonly #cache: ReconcilerOptions['cache']
  readonly #publisher: Publisher
  readonly #turns: SerialQueue
  readonly #onFault: (error: unknown) => void
  readonly #observer: ServingObserver | undefined
  readonly #stopListening: () => void
  readonly #sourceChanges: SourceChanges
  #inForce: InForce
  #accepted: Accepted | undefined
  #rollout: Rollout = { kind: 'accepted' }
  #tally: Tally | undefined
  #isReviewDue = false

  constructor({ store, cache, publisher, inForce, accepted, turns, onFault, observer }: ReconcilerOptions) {
    this.#store = store
    this.#cache = cache
    this.#publisher = publisher
    this.#turns = turns
    this.#onFault = onFault
    this.#observer = observer
    this.#inForce = inForce
    this.#accepted = accepted
    this.#sourceChanges = new SourceChanges(inForce.revision.status !== 'accepted')
    this.#stopListening = cache.onEvent((event) => {
      if (event.kind === 'nacked') for (const fault of this.#faultsOf(event)) onFault(fault)
      if (this.#tally?.note(event)) this.#scheduleReview()
    })
  }

  get inForce(): InForce {
    return this.#inForce
  }

  /** Undefined if no revision was accepted yet. */
  get accepted(): Accepted | undefined {
    return this.#accepted
  }

  /** Whether the revision in force is without a verdict. */
  get isOnTrial(): boolean {
    return this.#rollout.kind === 'onTrial'
  }

  /** Goes on with the revision in force after a restart. */
  async resume(): Promise<void> {
    const { revision, fleets, publication } = this.#inForce
    this.#observer?.serving(revision.number, publication.translations)
    this.#observer?.served(publication.translations.keys())
    const canRollBack = this.#accepted !== undefined
    await this.#take(resume(revision.status, { fleets, holding: this.#holding(), canRollBack }))
  }

  /** Serves a new revision, which the store has, and begins its rollout. */
  async begin(revision: RevisionInfo, publication: Publication): Promise<void> {
    // A node that NACKs a renewed secret cannot tell: it is sent no listener until it has ACKed the secret.
    const synced = keysOf(this.#cache.status(), 'SYNCED')
    this.#serve(revision, publication)
    const nodes = this.#cache.status().map((node) => this.#view(node))
    const { fleets } = this.#inForce
    const nacked = keysOf(nodes, 'NACKED')
    await this.#dispatch({ kind: 'served', fleets, synced, nacked, holding: this.#holding() })
  }

  /** Serves the same revision with what a source changed. */
  async renew(publication: Publication): Promise<void> {
    this.#sourceChanges.renewed(publication.prepared)
    this.#publisher.publish(publication)
    this.#inForce = { ...this.#inForce, publication }
    await this.#dispatch({ kind: 'renewed' })
  }

  /** Stops following the nodes. */
  close(): void {
    this.#stopListening()
  }

  #serve(revision: RevisionInfo, publication: Publication): void {
    const undecided = this.#rollout.kind === 'accepted' ? [] : this.#rollout.eligibility.fleets
    this.#observer?.serving(revision.number, publication.translations)
    this.#sourceChanges.written(publication.prepared)
    const changed = this.#publisher.publish(publication)
    this.#observer?.served(changed)
    this.#inForce = { revision, publication, fleets: new Set([...undecided, ...changed]) }
  }

  #scheduleReview(): void {
    if (this.#isReviewDue) return
    this.#isReviewDue = true
    this.#turns.take(() => this.#review()).catch(this.#onFault)
  }

  async #review(): Promise<void> {
    this.#isReviewDue = false
    if (this.#tally === undefined) return
    await this.#dispatch({ kind: 'counted', counts: this.#tally.recount(), all: false })
  }

  async #dispatch(event: RolloutEvent): Promise<void> {
    await this.#take(step(this.#rollout, event))
  }

  async #take({ state, effects }: Step): Promise<void> {
    this.#rollout = state
    for (const effect of effects) await this.#carryOut(effect)
  }

  async #carryOut(effect: Effect): Promise<void> {
    switch (effect.kind) {
      case 'pin':
        return this.#publisher.pinNewNodes(effect.fleets)
      case 'unpin':
        return this.#publisher.unpinNewNodes()
      case 'recount':
        this.#tally = new Tally(effect.eligibility, this.nodes)
        return await this.#dispatch({ kind: 'counted', counts: this.#tally.recount(), all: true })
      case 'record':
        return await this.#record(effect.status)
      case 'rollBack':
        return this.#accepted && (await this.#rollBack(this.#accepted))
      case 'keep':
        return this.#keep()
    }
  }

  async #record(status: RevisionStatus): Promise<void> {
    const detail = status === 'rejected' ? this.#whyRejected() : undefined
    const revision = await this.#store.setStatus(this.#inForce.revision.number, status, detail)
    this.#inForce = { ...this.#inForce, revision }
    await this.#dispatch({ kind: 'recorded', status })
  }

  /** All fleets and all types go back together, as a revision of its own: the next edit starts from what is accepted. */
  async #rollBack(accepted: Accepted): Promise<void> {
    const { number, etag } = this.#inForce.revision
    const message = `restores revision ${accepted.number}, because a node NACKed revision ${number}`
    const { config } = accepted.publication
    const publication = await this.#publisher.prepare(config, accepted.publication)
    const detail = this.#whyRejected()
    const revision = await this.#store.append(config, etag, 'system', {
      status: 'accepted',
      detail: { message, problems: [] },
      previous: { status: 'rolled_back', ...(detail && { detail }) },
    })
    this.#serve(revision, publication)
    await this.#dispatch({ kind: 'rolledBack' })
  }

  /** The revision in force is the last known good one. */
  #keep(): void {
    const { revision, publication } = this.#inForce
    this.#tally = undefined
    this.#accepted = { number: revision.number, publication }
    this.#publisher.accept()
    this.#sourceChanges.accepted()
  }

  #whyRejected(): Detail | undefined {
    return describeRejection(this.#tally?.nacking() ?? [], this.#inForce.publication, this.#accepted)
  }

  readonly #isNackOfSource: IsNackOfSource = (fleet, typeUrl, nack) => {
    if (typeUrl !== SECRET) return this.#sourceChanges.isOfSource(fleet, typeUrl, namedInNack(nack))
    const isOfRevision = ofRevision(this.#accepted?.publication, this.#inForce.publication)
    return !namedInNack(nack).some((name) => isOfRevision(fleet, name))
  }

  #faultsOf(event: XdsEvent & { readonly kind: 'nacked' }): readonly SwitchyardError[] {
    return faultsOfSources(event, this.#isNackOfSource, this.#inForce.publication.translations)
  }

  #view(node: NodeStatus): NodeStatus {
    return withoutNacksOfSources(node, this.#isNackOfSource)
  }

  /** The fleets that a NACKed revision stays in force for. */
  #holding(): ReadonlySet<string> {
    const fleets = Object.entries(this.#inForce.publication.config.fleets)
    return new Set(fleets.filter(([, fleet]) => onNackOf(fleet) === 'hold').map(([name]) => name))
  }
}
