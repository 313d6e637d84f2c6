// How far a revision has come: the one mechanism by which anybody waits, for its verdict and then for the nodes.

import type { NodeStatus, SnapshotCache, SyncReport } from '../../xds-server/index.ts'
import type { Detail, RevisionInfo } from '../store/revision.ts'
import type { RevisionStore } from '../store/revision-store.ts'
import { hasChange } from './changes.ts'
import { describeNacks, describePending } from './nacks.ts'
import type { Publication } from './publisher.ts'

/**
 * synced: accepted, and each node of the fleets that it changed has it. nacked: a node NACKed it. pending: the wait ended
 * before that was known. unverified: no node is connected.
 */
export interface Progress {
  readonly outcome: SyncReport['outcome']
  readonly revision: RevisionInfo
  /** Which nodes NACKed or have not answered; else why the revision has its status. */
  readonly detail?: Detail
  /** Of the fleets that the revision changed. */
  readonly nodes: readonly NodeStatus[]
}

export interface ProgressContext {
  readonly store: Pick<RevisionStore, 'get' | 'info' | 'watch'>
  readonly cache: Pick<SnapshotCache, 'status' | 'synced' | 'onEvent'>
  readonly inForce: () => {
    readonly revision: RevisionInfo
    readonly publication: Publication
    readonly fleets: ReadonlySet<string>
  }
  /** The nodes without NACKs that belong to a source, and so say nothing about the revision. */
  readonly nodes: (nodes: readonly NodeStatus[]) => readonly NodeStatus[]
  /** Resolves when the writes under way are done: the store has a verdict a moment before it is in force. */
  readonly settled: () => Promise<void>
}

/** @throws SwitchyardError `not-found` */
export async function followRevision(
  number: number,
  signal: AbortSignal,
  context: ProgressContext,
): Promise<Progress> {
  const decided = await untilDecided(number, signal, context)
  await context.settled()
  const revision = await context.store.info(number)
  const isInForce = decided.number === context.inForce().revision.number
  const nodes = isInForce ? nodesInForce(context) : []
  const detail = decided.detail === undefined ? {} : { detail: decided.detail }
  switch (decided.status) {
    case 'rejected':
    case 'rolled_back':
      return { outcome: 'nacked', revision, ...detail, nodes: isInForce ? nodes : context.cache.status() }
    case 'accepted':
      if (decided.number !== number && !(await isPartOf(number, decided.number, context))) {
        const message = `revision ${decided.number} took the place of revision ${number} before the nodes answered, and does not have all of its changes`
        return { outcome: 'unverified', revision, detail: { message, problems: [] }, nodes }
      }
      if (!isInForce) return { outcome: 'synced', revision, ...detail, nodes }
      return { revision, ...(await untilSynced(signal, context)) }
    default:
      return nodes.length > 0
        ? { outcome: 'pending', revision, detail: { message: describePending(nodes), problems: [] }, nodes }
        : { outcome: 'unverified', revision, nodes }
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

async function untilSynced(
  signal: AbortSignal,
  context: ProgressContext,
): Promise<Omit<Progress, 'revision'>> {
  await Promise.all(fleetsInForce(context).map((fleet) => context.cache.synced(fleet, { signal })))
  // The cache stops waiting at any NACK. If it belongs to a source, the other answers still matter.
  let nodes = nodesInForce(context)
  while (outcomeOf(context.nodes(nodes)) === 'pending' && !signal.aborted) {
    await nextEvent(context.cache, signal)
    nodes = nodesInForce(context)
  }
  const counted = context.nodes(nodes)
  const outcome = outcomeOf(counted)
  if (outcome === 'pending') {
    return { outcome, detail: { message: describePending(nodes), problems: [] }, nodes }
  }
  const detail = describeNacks(counted, context.inForce().publication.translations)
  return { outcome, ...(detail && { detail }), nodes }
}

function outcomeOf(nodes: readonly NodeStatus[]): Progress['outcome'] {
  if (nodes.length === 0) return 'unverified'
  if (nodes.some(({ state }) => state === 'NACKED')) return 'nacked'
  return nodes.every(({ state }) => state === 'SYNCED') ? 'synced' : 'pending'
}

async function nextEvent(cache: ProgressContext['cache'], signal: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  const stop = cache.onEvent(() => resolve())
  signal.addEventListener('abort', () => resolve(), { once: true })
  await promise
  stop()
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
