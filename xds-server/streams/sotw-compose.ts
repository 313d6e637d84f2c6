// The responses of a state-of-the-world stream that carry a push.

import { type SharedList, shareList } from '../../core/memo.ts'
import { collectionsIn } from '../snapshot/collections.ts'
import type { Resource } from '../snapshot/resource.ts'
import { setVersion } from '../snapshot/version.ts'
import { isCollection } from '../snapshot/xdstp-name.ts'
import { beforeNacks, type Held, resourcesInEffect } from '../type-state/held.ts'
import type { PushPlan } from '../type-state/plan-push.ts'
import { fitErrors } from '../type-state/resource-errors.ts'
import { isSubscribed } from '../type-state/subscription.ts'
import { subscribedIn, type TypeState } from '../type-state/type-state.ts'
import { hasExactly, heldIn } from '../type-state/view.ts'
import { emptyLayers } from './empty-layers.ts'
import { separateAfterNack } from './separate-after-nack.ts'
import type { ResponseDraft } from './step.ts'

export function composeSotw(before: TypeState, plan: PushPlan): readonly ResponseDraft[] {
  const drafts = before.type.fullStateInSotw ? composeFullState(before, plan) : composeChanges(before, plan)
  return plan.errorOf === undefined ? drafts : drafts.map((draft, at) => withErrors(draft, plan, at === 0))
}

/** The first response has the planned errors, and each has those of the names that it leaves out beyond the plan. */
function withErrors(
  draft: ResponseDraft,
  { errors: planned, errorOf }: PushPlan,
  isFirst: boolean,
): ResponseDraft {
  const known = new Set(planned.map(({ name }) => name))
  const more = draft.removed.filter((name) => !known.has(name)).flatMap((name) => errorOf?.(name) ?? [])
  const errors = fitErrors(isFirst ? [...planned, ...more] : more)
  return errors.length === 0 ? draft : { ...draft, errors }
}

/**
 * A client deletes what a full-state response leaves out. So the response carries everything: the changes, what the client has,
 * and what may not be removed yet.
 */
function composeFullState(before: TypeState, plan: PushPlan): readonly ResponseDraft[] {
  const { view, subscription } = before
  if (hasAllOf(before, plan) && plan.errors.length === 0) return []
  const isAnswer = needsAnswer(before) || plan.errors.length > 0
  const deleted = plan.removed.filter((name) => !isCollection(name) && heldIn(view, name).kind !== 'absent')
  if (plan.upserts.length === 0 && deleted.length === 0 && !isAnswer) return []
  const { target, overrides } = plan
  const wanted = subscribedIn(target, subscription)
  if (overrides.size === 0) return [draftOf(before, plan, wanted, deleted, target.version)]
  const byName = new Map(wanted.map((resource) => [resource.name, resource]))
  const mustRepeat = [...overrides].some(([name, held]) => isUnrestorable(held, byName.get(name)))
  for (const [name, held] of overrides) {
    const resource =
      mustRepeat && held.kind === 'unconfirmed' ? held.sent : repeatable(held, byName.get(name))
    if (resource !== undefined && isSubscribed(subscription, name)) {
      byName.set(name, resource)
    } else {
      byName.delete(name)
      deleted.push(name)
    }
  }
  const resources = shareList([...byName.values()].sort((a, b) => (a.name < b.name ? -1 : 1)))
  const isTarget =
    resources.length === wanted.length &&
    resources.every(({ version }, at) => version === wanted[at]?.version)
  return isTarget
    ? [draftOf(before, plan, wanted, deleted, target.version)]
    : [draftOf(before, plan, resources, deleted, setVersion(resources))]
}

/** A client that asks for `*` or for a glob collection waits for a response even if there are no resources. */
function needsAnswer({ request, subscription }: TypeState): boolean {
  return (request.isFirst && subscription.wildcard) || collectionsIn(request.names) !== undefined
}

/**
 * A client that reconnects and reports the version of all its resources needs no answer, unless it also asks for names. It reports
 * that version also if resources have expired since.
 */
function hasAllOf({ request, subscription }: TypeState, { target }: PushPlan): boolean {
  const { clientVersion } = request
  const isWildcardOnly = subscription.wildcard && subscription.names.size === 0
  if (target.resources.byTtl.size > 0) return false
  return isWildcardOnly && clientVersion !== undefined && clientVersion === target.version
}

/**
 * Whether a NACKed resource has to be sent again, because we do not have what the client had before. The client will NACK the
 * response once more and apply the valid part of it, so it carries everything.
 */
function isUnrestorable(held: Held, wanted: Resource | undefined): boolean {
  return held.kind === 'unconfirmed' && wanted !== undefined && resourcesInEffect(held) === undefined
}

/**
 * What a full-state response carries for a name whose content at the client differs from the wanted one. We cannot repeat what we do
 * not have: an unknown resource that is not wanted is left out even if it is in use.
 */
function repeatable(held: Held, wanted: Resource | undefined): Resource | undefined {
  // A NACKed resource is not sent again. The client is sent what it had before, which it will accept.
  const acked = beforeNacks(held)
  if (acked.kind === 'absent') return undefined
  return acked.kind === 'resource' ? acked.resource : wanted
}

function draftOf(
  { view }: TypeState,
  { upserts }: PushPlan,
  resources: SharedList<Resource>,
  removed: readonly string[],
  version: string,
): ResponseDraft {
  const isAsPlanned = view.overrides.size === 0
  const changedResources = isAsPlanned ? upserts : resources.filter((resource) => !hasExactly(view, resource))
  return { version, resources, changedResources, removed, isFullState: true }
}

/**
 * Carries changed resources only. A client keeps assignments and routes until the cluster or listener that uses them is gone, so
 * leaving one out does not delete it.
 */
function composeChanges(
  before: TypeState,
  { upserts, removed, target, errors }: PushPlan,
): readonly ResponseDraft[] {
  const { version } = target
  const empty = emptyLayers(before.type, removed)
  const isAnswer = needsAnswer(before) || errors.length > 0
  if (upserts.length + empty.length === 0 && !isAnswer) return []
  const parts = separateAfterNack(before, upserts, empty.length > 0 ? removed : [])
  return parts.map((part) => ({
    version,
    resources: part.removed.length > 0 ? shareList([...part.resources, ...empty]) : part.resources,
    changedResources: part.resources,
    removed: part.removed,
  }))
}
