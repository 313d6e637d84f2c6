// The last of the three steps of a push: the state of the type after its responses are sent.

import type { Resource } from '../snapshot/resource.ts'
import { ABSENT, type Held, holding } from './held.ts'
import type { PushPlan } from './plan-push.ts'
import { withSent } from './resource-errors.ts'
import { NO_ALIASES, type PendingResponse, type Response } from './responses.ts'
import { spellingsAfter } from './spellings.ts'
import { NO_NAMES } from './subscription.ts'
import type { OpenRequest, TypeState } from './type-state.ts'
import { type View, withHeld } from './view.ts'

const ANSWERED = {
  names: NO_NAMES,
  aliases: NO_ALIASES,
  isFirst: false,
  reports: false,
  clientVersion: undefined,
} as const

/** The state after these responses, which may be none. They carry the plan, each in its protocol's shape. */
export function commit(before: TypeState, plan: PushPlan, responses: readonly Response[]): TypeState {
  const { ledger, view, pushed, request } = before
  const isAnswer = request.isFirst || request.names.size > 0
  const pending = responses.map(
    (response): PendingResponse => ({
      ...response,
      before: view,
      added: request.added,
      previous: pushed,
      isAnswer,
      standsForOthers: false,
    }),
  )
  return {
    ...before,
    view: viewAfter(plan, responses),
    pushed: plan.pushed,
    sentErrors: responses.reduce((sent, { errors }) => withSent(sent, errors), plan.sentErrors),
    ledger: {
      ...ledger,
      lastNonce: responses.at(-1)?.nonce ?? ledger.lastNonce,
      pending: [...ledger.pending, ...pending],
      nacked: plan.nacked,
      isNarrowed: ledger.isNarrowed && ledger.pending.length > 0,
    },
    request: isAnswer ? { ...request, ...ANSWERED, added: stillAdded(request) } : request,
    spellings: spellingsAfter(before, responses),
  }
}

/** The client has nothing yet under names that it added and that wait. */
function stillAdded({ added, waiting }: OpenRequest): ReadonlySet<string> {
  if (waiting.size === 0) return NO_NAMES
  return new Set([...added].filter((name) => waiting.has(name)))
}

/** A full-state response carries more than the plan: what it repeats, and what it leaves out, is known from then on. */
function viewAfter({ target, overrides }: PushPlan, responses: readonly Response[]): View {
  const view = { base: target, overrides }
  if (overrides.size === 0) return view
  const sent = (resource: Resource): readonly [string, Held] => [resource.name, holding(resource)]
  // What the plan removes is known to be removed already.
  const isLeftOut = (name: string) => overrides.has(name) && overrides.get(name)?.kind !== 'absent'
  return withHeld(
    view,
    responses.flatMap(({ resources, removed }) => [
      ...resources.filter(({ name }) => overrides.has(name)).map(sent),
      ...removed.filter(isLeftOut).map((name) => [name, ABSENT] as const),
    ]),
  )
}
