// How far a revision has come: the one mechanism by which anybody waits, for its verdict and then for the nodes.

import type { NodeStatus, SnapshotCache, SyncReport } from '../../xds-server/index.ts'
import type { Detail, RevisionInfo } from '../store/revision.ts'
import type { RevisionStore } from '../store/revision-store.ts'
import { describePending, describeRefusals } from './nacks.ts'
import type { Publication } from './publisher.ts'

/**
 * synced: accepted, and each node of the fleets that it changed has it. nacked: a node refused it. pending: the wait ended
 * before that was known. unverified: no node is connected.
 */
export interface Progress {
  readonly outcome: SyncReport['outcome']
  readonly revision: RevisionInfo
  /** Who refused what, or who is behind with what; what a revision's status is about else. */
  readonly detail?: Detail
  /** Of the fleets that the revision changed. */
  readonly nodes: readonly NodeStatus[]
}

export interface ProgressContext {
  readonly store: Pick<RevisionStore, 'info' | 'watch'>
  readonly cache: Pick<SnapshotCache, 'status' | 'synced'>
  readonly inForce: () => {
    readonly revision: RevisionInfo
    readonly publication: Publication
    readonly fleets: ReadonlySet<string>
  }
}

/** @throws SwitchyardError `not-found` */
export async function followRevision(
  number: number,
  signal: AbortSignal,
  context: ProgressContext,
): Promise<Progress> {
  const decided = await untilDecided(number, signal, context)
  const revision = await context.store.info(number)
  const isInForce = decided.number === context.inForce().revision.number
  const nodes = isInForce ? nodesInForce(context) : []
  const told = decided.detail === undefined ? {} : { detail: decided.detail }
  switch (decided.status) {
    case 'rejected':
    case 'rolled_back':
      return { outcome: 'nacked', revision, ...told, nodes: isInForce ? nodes : context.cache.status() }
    case 'accepted':
      if (!isInForce) return { outcome: 'synced', revision, ...told, nodes }
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

/** Without a node, nobody can tell how long it will be until there is one. */
function isAwaited({ status }: RevisionInfo, context: ProgressContext): boolean {
  return status === 'pending' || (status === 'unverified' && nodesInForce(context).length > 0)
}

async function untilSynced(
  signal: AbortSignal,
  context: ProgressContext,
): Promise<Omit<Progress, 'revision'>> {
  const reports = await Promise.all(
    fleetsInForce(context).map((fleet) => context.cache.synced(fleet, { signal })),
  )
  const outcomes = reports.map(({ outcome }) => outcome)
  const worst = (['nacked', 'pending', 'synced'] as const).find((outcome) => outcomes.includes(outcome))
  const nodes = reports.flatMap((report) => report.nodes)
  const outcome = worst ?? 'unverified'
  if (outcome === 'pending') {
    return { outcome, detail: { message: describePending(nodes), problems: [] }, nodes }
  }
  const detail = describeRefusals(nodes, context.inForce().publication)
  return { outcome, ...(detail && { detail }), nodes }
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
