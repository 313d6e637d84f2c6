// How far a revision has come: the one mechanism by which anybody waits, for its verdict and then for the nodes.

import type { NodeStatus, SnapshotCache, SyncReport } from '../../xds-server/index.ts'
import type { Detail, RevisionInfo } from '../store/revision.ts'
import type { RevisionStore } from '../store/revision-store.ts'
import { hasChange } from './changes.ts'
import { describeNacks, describePending } from './nacks.ts'
import type { InForce } from './publisher.ts'
import { type Counts, everyNodeOf, type NodeSource, Tally } from './tally.ts'

/**
 * synced: accepted, and each node of the fleets that it changed has it. nacked: a node NACKed it. pending: the wait ended
 * before that was known. unverified: no node is connected. replaced: a newer revision is in force instead.
 */
export interface Progress {
  readonly outcome: SyncReport['outcome'] | 'replaced'
  readonly revision: RevisionInfo
  /** Which nodes NACKed or have not answered; else why the revision has its status. */
  readonly detail?: Detail
  /** Of the fleets that the revision changed. */
  readonly nodes: readonly NodeStatus[]
}

export interface ProgressContext {
  readonly store: Pick<RevisionStore, 'get' | 'info' | 'watch'>
  readonly cache: Pick<SnapshotCache, 'status' | 'onEvent'>
  readonly inForce: () => InForce
  /** The nodes without NACKs that belong to a source, and so say nothing about the revision. */
  readonly nodes: NodeSource
  /** Resolves when the writes under way are done: the store has a verdict a moment before it is in force. */
  readonly settled: () => Promise<void>
}

/** What a wait is about: the changes of a revision, which newer ones may have too, or the very document of the revision. */
export type Follow = 'changes' | 'document'

/** @throws SwitchyardError `not-found` */
export async function followRevision(
  number: number,
  signal: AbortSignal,
  follow: Follow,
  context: ProgressContext,
): Promise<Progress> {
  const progress = await followChanges(number, signal, context)
  const inForce = context.inForce().revision.number
  if (progress.outcome !== 'synced' || inForce === number) return progress
  if (follow === 'changes' && (await isPartOf(number, inForce, context))) return progress
  const message = `revision ${inForce} is in force instead of revision ${number}`
  return { outcome: 'replaced', revision: progress.revision, detail: { message, problems: [] }, nodes: [] }
}

async function followChanges(
  number: number,
  signal: AbortSignal,
  context: ProgressContext,
): Promise<Progress> {
  const decided = await untilDecided(number, signal, context)
  await context.settled()
  const revision = await context.store.info(number)
  const isInForce = decided.number === context.inForce().revision.number
  // To look at many nodes takes long, so only the answers that need it do.
  const nodesNow = () => (isInForce ? nodesInForce(context) : [])
  const detail = decided.detail === undefined ? {} : { detail: decided.detail }
  switch (decided.status) {
    case 'rejected':
    case 'rolled_back':
      return {
        outcome: 'nacked',
        revision,
        ...detail,
        nodes: isInForce ? nodesNow() : context.cache.status(),
      }
    case 'accepted': {
      if (decided.number !== number && !(await isPartOf(number, decided.number, context))) {
        const message = `revision ${decided.number} replaced revision ${number} before the nodes answered, and does not have all of its changes`
        return { outcome: 'replaced', revision, detail: { message, problems: [] }, nodes: nodesNow() }
      }
      const answered = isInForce ? await untilSynced(decided.number, signal, context) : undefined
      // Once a newer revision is in force, what nodes answer is about that one.
      return { revision, ...(answered ?? { outcome: 'synced', ...detail, nodes: [] }) }
    }
    default: {
      const nodes = nodesNow()
      return nodes.length > 0
        ? { outcome: 'pending', revision, detail: { message: describePending(nodes), problems: [] }, nodes }
        : { outcome: 'unverified', revision, nodes }
    }
  }
}

/** The revision once it is decided, or the one that came in its place; as it is when the wait ends. */
async function untilDecided(
  number: number,
  signal: AbortSignal,
  context: ProgressContext,
): Promise<RevisionInfo> {
  let followed = number
  let latest = await context.store.info(number)
  if (!signal.aborted) {
    for await (const _ of context.store.watch(number, { signal })) {
      latest = await context.store.info(followed)
      // What a superseded revision asked for is part of the one after it, and shares its fate.
      while (latest.status === 'superseded') {
        followed += 1
        latest = await context.store.info(followed)
      }
      if (!isAwaited(latest, context)) break
    }
  }
  return latest
}

/** Whether a newer revision still has what a superseded one changed. */
async function isPartOf(superseded: number, newer: number, { store }: ProgressContext): Promise<boolean> {
  const before = superseded === 1 ? {} : (await store.get(superseded - 1)).document
  const [{ document: after }, { document }] = [await store.get(superseded), await store.get(newer)]
  return hasChange(document, before, after)
}

/** Without a node, nobody can tell how long it will be until there is one. */
function isAwaited({ status }: RevisionInfo, context: ProgressContext): boolean {
  return status === 'pending' || (status === 'unverified' && nodesInForce(context).length > 0)
}

/** Follows the nodes of the fleets that a revision changed. Undefined if another one is in force before they have answered. */
async function untilSynced(
  number: number,
  signal: AbortSignal,
  context: ProgressContext,
): Promise<Omit<Progress, 'revision'> | undefined> {
  const isReplaced = () => context.inForce().revision.number !== number
  const tally = new Tally(everyNodeOf(fleetsInForce(context)), context.nodes)
  let answered = Promise.withResolvers<void>()
  const wake = () => answered.resolve()
  const stop = context.cache.onEvent((event) => tally.note(event) && wake())
  signal.addEventListener('abort', wake, { once: true })
  let outcome = outcomeOf(tally.recount())
  while (outcome === 'pending' && !signal.aborted) {
    await answered.promise
    if (isReplaced()) break
    answered = Promise.withResolvers()
    outcome = outcomeOf(tally.recount())
  }
  stop()
  signal.removeEventListener('abort', wake)
  if (isReplaced()) return undefined
  const nodes = nodesInForce(context)
  if (outcome === 'pending') {
    return { outcome, detail: { message: describePending(nodes), problems: [] }, nodes }
  }
  const detail = describeNacks(tally.nacking(), context.inForce().publication.translations)
  return { outcome, ...(detail && { detail }), nodes }
}

function outcomeOf({
  others: { connected, synced, nackedToHold, nackedToRollBack },
}: Counts): Progress['outcome'] {
  if (connected === 0) return 'unverified'
  if (nackedToHold + nackedToRollBack > 0) return 'nacked'
  return synced === connected ? 'synced' : 'pending'
}

function nodesInForce(context: ProgressContext): readonly NodeStatus[] {
  return fleetsInForce(context).flatMap((fleet) =>
    context.cache.status(fleet).filter(({ connected }) => connected),
  )
}

/** The fleets that the revision in force changed; all of them where it changed none. */
function fleetsInForce({ inForce }: ProgressContext): readonly string[] {
  const { fleets, publication } = inForce()
  return fleets.size > 0 ? [...fleets] : [...publication.translations.keys()]
}
