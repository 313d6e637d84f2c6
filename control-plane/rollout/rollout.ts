// What becomes of the revision in force, by what the nodes answer: a pure step. It says what is to be done, and `reconciler.ts` does it.

import type { RevisionStatus } from '../store/revision.ts'
import { type Counts, type Eligibility, eligibleIn, everyNodeOf } from './tally.ts'

/**
 * accepted: it is the last known good one. onTrial: nodes are still to answer. rejected: a node NACKed it and it stays in force;
 * it is accepted once every eligible node has ACKed it after all.
 */
export type Rollout = { readonly kind: 'accepted' } | Undecided

interface Undecided {
  readonly kind: 'onTrial' | 'rejected'
  readonly eligibility: Eligibility
  /** Its status in the store. */
  readonly recorded: RevisionStatus
  /** The fleets whose starting nodes are pinned to the last known good content. */
  readonly pinned: ReadonlySet<string>
  /** Whether an earlier revision was accepted. */
  readonly canRollBack: boolean
}

export type RolloutEvent =
  /** A new revision is written and served. */
  | ({ readonly kind: 'served' } & Served)
  /** Nodes have answered. `all`: every node was looked at just now. */
  | { readonly kind: 'counted'; readonly counts: Counts; readonly all: boolean }
  /** The store has this status. */
  | { readonly kind: 'recorded'; readonly status: RevisionStatus }
  /** The last accepted content is in force again, as a revision of its own. */
  | { readonly kind: 'rolledBack' }
  /** What is served changed without a new revision, because a source changed. */
  | { readonly kind: 'renewed' }

interface Served {
  /** The fleets that it changed, or an undecided revision that it replaces. */
  readonly fleets: ReadonlySet<string>
  /** Keys of nodes, before it was served. */
  readonly synced: ReadonlySet<string>
  readonly nacked: ReadonlySet<string>
  readonly holding: ReadonlySet<string>
}

export type Effect =
  /** Look at all nodes, and report their counts. */
  | { readonly kind: 'recount'; readonly eligibility: Eligibility }
  /** Give nodes of these fleets that start from now on the last known good content. */
  | { readonly kind: 'pin'; readonly fleets: ReadonlySet<string> }
  | { readonly kind: 'unpin' }
  /** Write the status to the store, and report that it is there. */
  | { readonly kind: 'record'; readonly status: RevisionStatus }
  /** Bring the last known good content back in force, and report it. */
  | { readonly kind: 'rollBack' }
  /** What is served now is the last known good content. */
  | { readonly kind: 'keep' }

export interface Step {
  readonly state: Rollout
  readonly effects: readonly Effect[]
}

const ACCEPTED: Rollout = { kind: 'accepted' }
const KEEP: Effect = { kind: 'keep' }
const NO_FLEET: ReadonlySet<string> = new Set()

export function step(state: Rollout, event: RolloutEvent): Step {
  switch (event.kind) {
    case 'served':
      return begin(state, event)
    case 'counted':
      return state.kind === 'accepted' ? stay(state) : decide(state, event.counts, event.all)
    case 'recorded':
      return state.kind === 'accepted' ? stay(state) : recorded(state, event.status)
    case 'rolledBack':
      return { state: ACCEPTED, effects: [KEEP] }
    case 'renewed':
      return state.kind === 'accepted' ? { state, effects: [KEEP] } : stay(state)
  }
}

/** After a restart it is unknown which node had which revision, so the nodes that connect decide the verdict. */
export function resume(
  status: RevisionStatus,
  from: Pick<Eligibility, 'fleets' | 'holding'> & Pick<Undecided, 'canRollBack'>,
): Step {
  if (status === 'accepted') return { state: ACCEPTED, effects: [KEEP] }
  const { fleets, holding, canRollBack } = from
  const eligibility = { ...everyNodeOf(fleets), holding }
  const common = { eligibility, recorded: status, canRollBack }
  if (status !== 'rejected') {
    return { state: { kind: 'onTrial', ...common, pinned: NO_FLEET }, effects: [recount(eligibility)] }
  }
  return {
    state: { kind: 'rejected', ...common, pinned: fleets },
    effects: [{ kind: 'pin', fleets }, recount(eligibility)],
  }
}

function recount(eligibility: Eligibility): Effect {
  return { kind: 'recount', eligibility }
}

function stay(state: Rollout): Step {
  return { state, effects: [] }
}

/** A node that was still to answer about an undecided revision has a say in the one that replaces it. */
function begin(before: Rollout, { fleets, synced, nacked, holding }: Served): Step {
  const undecided = before.kind === 'accepted' ? undefined : before
  const baseline = new Set([...(undecided?.eligibility.baseline ?? []), ...synced])
  const eligibility = { fleets, baseline, alreadyNacked: nacked, holding }
  const state: Undecided = {
    kind: 'onTrial',
    eligibility,
    recorded: 'pending',
    pinned: undecided?.pinned ?? NO_FLEET,
    canRollBack: undecided?.canRollBack ?? true,
  }
  return { state, effects: [recount(eligibility)] }
}

function decide(state: Undecided, counts: Counts, all: boolean): Step {
  const { eligibility, pinned } = state
  const { fleets } = eligibility
  const verdict = fleets.size === 0 ? 'accepted' : evaluate(counts)
  // Before the verdict, look at the others once more: a node that had ACKed may have fallen behind since.
  if (verdict === 'accepted')
    return { state, effects: [all ? { kind: 'record', status: verdict } : recount(eligibility)] }
  if (state.kind === 'rejected') return stay(state)
  if (verdict === 'rolled_back' && state.canRollBack) return { state, effects: [{ kind: 'rollBack' }] }
  if (verdict === 'unverified') {
    if (pinned.size === 0) return { state, effects: unlessRecorded(state, verdict) }
    // The nodes that were pinned are served the revision now, so their answers count.
    return { state: { ...state, pinned: NO_FLEET }, effects: [{ kind: 'unpin' }, recount(eligibility)] }
  }
  const effects = unlessRecorded(state, verdict === 'rolled_back' ? 'rejected' : verdict)
  if (pinned === fleets) return { state, effects }
  return { state: { ...state, pinned: fleets }, effects: [{ kind: 'pin', fleets }, ...effects] }
}

/** The status is asked for at every event until it is recorded, so that a write that failed is tried again. */
function unlessRecorded({ recorded }: Undecided, status: RevisionStatus): Effect[] {
  return recorded === status ? [] : [{ kind: 'record', status }]
}

/** The verdict so far, as the status that the revision would get. `pending` if a node is connected that can tell, else `unverified`. */
export function evaluate(counts: Counts): RevisionStatus {
  const { connected, synced, nackedToHold, nackedToRollBack } = counts[eligibleIn(counts)]
  if (nackedToRollBack > 0) return 'rolled_back'
  if (nackedToHold > 0) return 'rejected'
  if (connected > 0 && synced === connected) return 'accepted'
  return counts.baseline.connected > 0 ? 'pending' : 'unverified'
}

function recorded(state: Undecided, status: RevisionStatus): Step {
  if (status === 'accepted') return { state: ACCEPTED, effects: [KEEP] }
  return stay({ ...state, kind: status === 'rejected' ? 'rejected' : 'onTrial', recorded: status })
}
