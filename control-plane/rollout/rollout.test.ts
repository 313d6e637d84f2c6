// Every state of a rollout with every event: what comes next, and what is to be done.

import t from 'tap'
import type { RevisionStatus } from '../store/revision.ts'
import { type Effect, evaluate, type Rollout, type RolloutEvent, resume, type Step, step } from './rollout.ts'
import type { Count, Counts, Eligibility } from './tally.ts'

const NONE: ReadonlySet<string> = new Set()
const OWN: ReadonlySet<string> = new Set(['edge'])
const OLDER: ReadonlySet<string> = new Set(['edge'])

const zero: Count = { connected: 0, synced: 0, nackedToHold: 0, nackedToRollBack: 0 }
/** Counts that lead to each verdict. */
const VERDICTS = {
  accepted: { baseline: { ...zero, connected: 2, synced: 2 }, others: zero },
  pending: { baseline: { ...zero, connected: 2, synced: 1 }, others: zero },
  unverified: { baseline: zero, others: { ...zero, connected: 1 } },
  rejected: { baseline: { ...zero, connected: 1, nackedToHold: 1 }, others: zero },
  rolled_back: { baseline: { ...zero, connected: 1, nackedToRollBack: 1 }, others: zero },
} as const satisfies Partial<Record<RevisionStatus, Counts>>
type Verdict = keyof typeof VERDICTS

t.test('each of the counts leads to its verdict', async (t) => {
  for (const [verdict, counts] of Object.entries(VERDICTS)) t.equal(evaluate(counts), verdict)
  t.equal(evaluate({ baseline: zero, others: zero }), 'unverified', 'nobody is connected')
})

interface StateFacts {
  readonly is: Rollout['kind']
  readonly fleets?: 'some' | 'none'
  readonly recorded?: 'pending' | 'unverified' | 'rejected'
  readonly pinned?: 'nobody' | 'own' | 'older'
  readonly canRollBack?: boolean
}

interface EventFacts {
  readonly event: RolloutEvent['kind']
  readonly verdict?: Verdict
  readonly all?: boolean
  readonly status?: 'accepted' | 'rejected' | 'pending' | 'unverified'
}

const FACTS: readonly StateFacts[] = [
  { is: 'accepted' },
  ...(['some', 'none'] as const).flatMap((fleets) =>
    [true, false].flatMap((canRollBack) => [
      ...(['pending', 'unverified'] as const).flatMap((recorded) =>
        (['nobody', 'own', 'older'] as const).map(
          (pinned) => ({ is: 'onTrial', fleets, canRollBack, recorded, pinned }) as const,
        ),
      ),
      { is: 'rejected', fleets, canRollBack, recorded: 'rejected', pinned: 'own' } as const,
    ]),
  ),
]

const EVENTS: readonly EventFacts[] = [
  { event: 'served' },
  ...(Object.keys(VERDICTS) as Verdict[]).flatMap((verdict) =>
    [true, false].map((all) => ({ event: 'counted', verdict, all }) as const),
  ),
  ...(['accepted', 'rejected', 'pending', 'unverified'] as const).map(
    (status) => ({ event: 'recorded', status }) as const,
  ),
  { event: 'rolledBack' },
  { event: 'renewed' },
]

interface Rule {
  readonly when: Partial<StateFacts> & EventFacts
  /** What is different after it. */
  readonly next?: Partial<StateFacts>
  readonly do: readonly string[]
}

const REST = ['accepted', 'pending', 'unverified', 'rejected', 'rolled_back'] as const

/** Exactly one rule holds for each state and event. */
const RULES: readonly Rule[] = [
  { when: { is: 'accepted', event: 'served' }, next: { is: 'onTrial' }, do: ['recount'] },
  { when: { is: 'onTrial', event: 'served' }, next: { recorded: 'pending' }, do: ['recount'] },
  {
    when: { is: 'rejected', event: 'served' },
    next: { is: 'onTrial', recorded: 'pending' },
    do: ['recount'],
  },

  { when: { is: 'accepted', event: 'counted' }, do: [] },
  // A revision that changes nothing for anybody needs no answers.
  ...(['onTrial', 'rejected'] as const).flatMap((is): Rule[] => [
    { when: { is, fleets: 'none', event: 'counted', all: true }, do: ['record accepted'] },
    { when: { is, fleets: 'none', event: 'counted', all: false }, do: ['recount'] },
    {
      when: { is, fleets: 'some', event: 'counted', verdict: 'accepted', all: true },
      do: ['record accepted'],
    },
    { when: { is, fleets: 'some', event: 'counted', verdict: 'accepted', all: false }, do: ['recount'] },
  ]),
  ...REST.slice(1).map(
    (verdict): Rule => ({ when: { is: 'rejected', fleets: 'some', event: 'counted', verdict }, do: [] }),
  ),
  ...onTrial({ verdict: 'rolled_back', canRollBack: true }, [{ do: ['rollBack'] }]),
  ...onTrial({ verdict: 'rolled_back', canRollBack: false }, [
    { when: { pinned: 'own' }, do: ['record rejected'] },
    { when: { pinned: 'nobody' }, next: { pinned: 'own' }, do: ['pin edge', 'record rejected'] },
    { when: { pinned: 'older' }, next: { pinned: 'own' }, do: ['pin edge', 'record rejected'] },
  ]),
  ...onTrial({ verdict: 'rejected' }, [
    { when: { pinned: 'own' }, do: ['record rejected'] },
    { when: { pinned: 'nobody' }, next: { pinned: 'own' }, do: ['pin edge', 'record rejected'] },
    { when: { pinned: 'older' }, next: { pinned: 'own' }, do: ['pin edge', 'record rejected'] },
  ]),
  ...onTrial({ verdict: 'pending', recorded: 'pending' }, [
    { when: { pinned: 'own' }, do: [] },
    { when: { pinned: 'nobody' }, next: { pinned: 'own' }, do: ['pin edge'] },
    { when: { pinned: 'older' }, next: { pinned: 'own' }, do: ['pin edge'] },
  ]),
  ...onTrial({ verdict: 'pending', recorded: 'unverified' }, [
    { when: { pinned: 'own' }, do: ['record pending'] },
    { when: { pinned: 'nobody' }, next: { pinned: 'own' }, do: ['pin edge', 'record pending'] },
    { when: { pinned: 'older' }, next: { pinned: 'own' }, do: ['pin edge', 'record pending'] },
  ]),
  // The nodes that were pinned count from then on, so the status waits for the recount.
  ...onTrial({ verdict: 'unverified' }, [
    { when: { pinned: 'own' }, next: { pinned: 'nobody' }, do: ['unpin', 'recount'] },
    { when: { pinned: 'older' }, next: { pinned: 'nobody' }, do: ['unpin', 'recount'] },
    { when: { pinned: 'nobody', recorded: 'unverified' }, do: [] },
    { when: { pinned: 'nobody', recorded: 'pending' }, do: ['record unverified'] },
  ]),

  { when: { is: 'accepted', event: 'recorded' }, do: [] },
  ...(['onTrial', 'rejected'] as const).flatMap((is): Rule[] => [
    { when: { is, event: 'recorded', status: 'accepted' }, next: { is: 'accepted' }, do: ['keep'] },
    {
      when: { is, event: 'recorded', status: 'rejected' },
      next: { is: 'rejected', recorded: 'rejected' },
      do: [],
    },
    {
      when: { is, event: 'recorded', status: 'pending' },
      next: { is: 'onTrial', recorded: 'pending' },
      do: [],
    },
    {
      when: { is, event: 'recorded', status: 'unverified' },
      next: { is: 'onTrial', recorded: 'unverified' },
      do: [],
    },
  ]),

  { when: { event: 'rolledBack' }, next: { is: 'accepted' }, do: ['keep'] },

  { when: { is: 'accepted', event: 'renewed' }, do: ['keep'] },
  { when: { is: 'onTrial', event: 'renewed' }, do: [] },
  { when: { is: 'rejected', event: 'renewed' }, do: [] },
]

function onTrial(
  common: Partial<StateFacts> & Pick<EventFacts, 'verdict'>,
  rules: readonly (Omit<Rule, 'when'> & { readonly when?: Partial<StateFacts> })[],
): Rule[] {
  return rules.map((rule) => ({
    ...rule,
    when: { is: 'onTrial', fleets: 'some', event: 'counted', ...common, ...rule.when },
  }))
}

const ELIGIBILITY: Eligibility = {
  fleets: OWN,
  baseline: new Set(['b1']),
  alreadyNacked: new Set(),
  holding: new Set(),
}

function stateOf({ is, fleets, recorded = 'pending', pinned, canRollBack = true }: StateFacts): Rollout {
  if (is === 'accepted') return { kind: is }
  const own = fleets === 'none' ? NONE : OWN
  const eligibility = { ...ELIGIBILITY, fleets: own }
  const pins = { nobody: NONE, own, older: OLDER }[pinned ?? 'nobody']
  return { kind: is, eligibility, recorded, pinned: pins, canRollBack }
}

function eventOf({ event, verdict = 'pending', all = false, status = 'pending' }: EventFacts): RolloutEvent {
  switch (event) {
    case 'served':
      return { kind: event, fleets: OWN, synced: new Set(['b2']), nacked: NONE, holding: NONE }
    case 'counted':
      return { kind: event, counts: VERDICTS[verdict], all }
    case 'recorded':
      return { kind: event, status }
    default:
      return { kind: event }
  }
}

function effectText(effect: Effect): string {
  if (effect.kind === 'record') return `record ${effect.status}`
  return effect.kind === 'pin' ? `pin ${[...effect.fleets].join()}` : effect.kind
}

function isMet(rule: Rule, facts: StateFacts & EventFacts): boolean {
  return Object.entries(rule.when).every(([name, value]) => Reflect.get(facts, name) === value)
}

t.test('each state with each event leads where exactly one rule says', async (t) => {
  const used = new Set<Rule>()
  for (const facts of FACTS) {
    for (const event of EVENTS) {
      const title = JSON.stringify({ ...facts, ...event })
      const [rule, ...more] = RULES.filter((one) => isMet(one, { ...facts, ...event }))
      if (rule === undefined || more.length > 0) {
        t.fail(`${title} is met by ${rule ? more.length + 1 : 0} rules`)
        continue
      }
      used.add(rule)
      const before = stateOf(facts)
      const { state, effects } = step(before, eventOf(event))
      t.same(effects.map(effectText), rule.do, title)
      if (event.event === 'served') {
        t.match(state, { kind: 'onTrial', recorded: 'pending' }, title)
      } else {
        t.same(state, stateOf({ ...facts, ...rule.next }), title)
      }
      if (rule.next === undefined) t.equal(state, before, `${title} leaves the state as it is`)
      // The next status says which revision of the content starting nodes are pinned to, so identity counts.
      if (state.kind !== 'accepted' && rule.next?.pinned === 'own')
        t.equal(state.pinned, state.eligibility.fleets)
    }
  }
  t.same(
    RULES.filter((rule) => !used.has(rule)).map((rule) => rule.when),
    [],
    'every rule is met by some state and event',
  )
})

t.test('a revision that replaces an undecided one adds to its baseline nodes', async (t) => {
  const served = eventOf({ event: 'served' })
  const first = step({ kind: 'accepted' }, served)
  t.match(first.state, { eligibility: { baseline: new Set(['b2']) }, canRollBack: true, pinned: NONE })
  for (const is of ['onTrial', 'rejected'] as const) {
    const before = stateOf({ is, fleets: 'some', pinned: 'older', canRollBack: false })
    const { state } = step(before, served)
    t.match(state, { eligibility: { baseline: new Set(['b1', 'b2']) }, canRollBack: false, pinned: OLDER })
  }
})

t.test('a recount is of the nodes that the state makes eligible', async (t) => {
  for (const facts of FACTS) {
    for (const event of EVENTS) {
      const { state, effects } = step(stateOf(facts), eventOf(event))
      for (const effect of effects) {
        if (effect.kind !== 'recount') continue
        t.equal(effect.eligibility, state.kind === 'accepted' ? undefined : state.eligibility)
      }
    }
  }
})

/** Carries out all effects; each recount gives the same counts. @returns where it comes to rest, and what was done on the way */
function settle(start: Step, counts: Counts): { readonly state: Rollout; readonly done: string[] } {
  let { state } = start
  const done: string[] = []
  const queue = [...start.effects]
  for (let effect = queue.shift(); effect !== undefined; effect = queue.shift()) {
    done.push(effectText(effect))
    const event: RolloutEvent | undefined =
      effect.kind === 'recount'
        ? { kind: 'counted', counts, all: true }
        : effect.kind === 'record'
          ? { kind: 'recorded', status: effect.status }
          : effect.kind === 'rollBack'
            ? { kind: 'rolledBack' }
            : undefined
    if (event === undefined) continue
    const next = step(state, event)
    state = next.state
    queue.unshift(...next.effects)
    if (done.length > 10) throw new Error(`no end: ${done.join(', ')}`)
  }
  return { state, done }
}

t.test('once its effects are carried out, the same answer leaves nothing to do', async (t) => {
  for (const facts of FACTS) {
    for (const [verdict, counts] of Object.entries(VERDICTS)) {
      const event: RolloutEvent = { kind: 'counted', counts, all: false }
      const { state } = settle(step(stateOf(facts), event), counts)
      t.same(step(state, event), { state, effects: [] }, JSON.stringify({ ...facts, verdict }))
    }
  }
})

t.test('until a status is recorded, every answer asks for it again', async (t) => {
  for (const verdict of ['rejected', 'unverified'] as const) {
    const counted = eventOf({ event: 'counted', verdict })
    const first = step(stateOf({ is: 'onTrial', fleets: 'some', recorded: 'pending' }), counted)
    t.ok(first.effects.map(effectText).includes(`record ${verdict}`))
    t.ok(step(first.state, counted).effects.map(effectText).includes(`record ${verdict}`))
  }
})

const RESUMED: Readonly<Record<RevisionStatus, Rollout['kind']>> = {
  accepted: 'accepted',
  pending: 'onTrial',
  unverified: 'onTrial',
  rejected: 'rejected',
  rolled_back: 'onTrial',
  superseded: 'onTrial',
}

for (const [status, kind] of Object.entries(RESUMED) as [RevisionStatus, Rollout['kind']][]) {
  t.test(`after a restart a revision that was ${status} is ${kind}`, async (t) => {
    const { state, effects } = resume(status, { fleets: OWN, holding: OLDER, canRollBack: true })
    t.equal(state.kind, kind)
    if (state.kind === 'accepted') return t.same(effects.map(effectText), ['keep'])
    const isRejected = kind === 'rejected'
    t.same(effects.map(effectText), isRejected ? ['pin edge', 'recount'] : ['recount'])
    t.equal(state.pinned.size, isRejected ? 1 : 0)
    t.match(state, {
      recorded: status,
      canRollBack: true,
      eligibility: { fleets: OWN, holding: OLDER, baseline: NONE },
    })
  })
}
