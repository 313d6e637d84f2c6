// Settings of rules that multiply the load of a service that is failing or slow, or that can never act.

import type { SettingsOf } from '../../switches/attach-points.ts'
import { inEffect } from '../../switches/defaults.ts'
import { parseDuration } from '../../switches/duration.ts'
import { retry as retrySwitch } from '../../switches/retry.ts'
import type { Config, EnvoyFleet, Rule } from '../model.ts'
import { formatSteps, type PlacedProblem } from '../problem.ts'
import { servedRules } from '../served-rules.ts'

/** Refused streams and connections that fail have done no work. */
const FREE = ['refused-stream', 'connect-failure']
/** From this number of attempts on, a failing service gets several times the calls that it fails under. */
const MANY = 4
/** The same if no error is needed for the next attempt, because a slow one is enough. */
const MANY_WHEN_SLOW = 3

type Retry = SettingsOf<typeof retrySwitch.schema>

/** A setting in effect, and where it is written. */
interface Placed<T> {
  readonly value: T
  readonly steps: readonly string[]
}

export function* riskyRules(config: Config, name: string, fleet: EnvoyFleet): Iterable<PlacedProblem> {
  for (const [steps, rule] of servedRules(config, fleet)) {
    const ofRule = { steps, rule, name, fleet }
    yield* multipliedLoad(config, ofRule)
    yield* lateAttempts(ofRule)
    yield* doubledCalls(steps, rule)
  }
}

interface Place {
  readonly steps: readonly string[]
  readonly rule: Rule
  readonly name: string
  readonly fleet: EnvoyFleet
}

function placed<F extends 'retry' | 'hedging'>(field: F, { steps, rule, name, fleet }: Place) {
  const own = rule[field]
  if (own !== undefined) return { value: own, steps: [...steps, field] }
  const shared = fleet[field]
  return shared === undefined ? undefined : { value: shared, steps: ['fleets', name, field] }
}

function retryOf(place: Place): Placed<Retry> {
  const { value, steps = [...place.steps, 'retry'] } = placed('retry', place) ?? {}
  return { value: inEffect(retrySwitch.schema, value) as Retry, steps }
}

/** Attempts of one call at the backend, where no budget bounds those of all calls together. */
function* multipliedLoad({ upstreams }: Config, place: Place): Iterable<PlacedProblem> {
  const { value: retry, steps } = retryOf(place)
  if (!retry.enabled) return
  const hedging = placed('hedging', place)
  const isHedged = hedging?.value.enabled === true
  const errors = retry.on.filter((condition) => !FREE.includes(condition))
  const isWhenSlow = isHedged || (retry.perTryTimeout ?? retry.perTryIdleTimeout) !== undefined
  if (errors.length === 0 && !isHedged) return
  const attempts = 1 + retry.attempts
  if (attempts < (isWhenSlow ? MANY_WHEN_SLOW : MANY)) return
  const unbounded = Object.keys(place.rule.to ?? {}).filter((upstream) => {
    const { retries, retryBudget } = upstreams[upstream]?.circuitBreaker ?? {}
    // A number below the default is a bound that a person has chosen.
    return upstreams[upstream]?.endpoints !== undefined && !retryBudget?.enabled && retries === undefined
  })
  if (unbounded.length === 0) return
  const when = isHedged
    ? 'is slow or fails'
    : isWhenSlow
      ? 'fails or is slower than an attempt may be'
      : 'fails'
  const [first = ''] = unbounded
  const each = isHedged ? '1 + retry.attempts, the hedges among them' : '1 + retry.attempts'
  yield {
    steps: isHedged ? (hedging?.steps ?? steps) : steps,
    message: `lets each call become ${attempts} attempts at the backend (${each}) when it ${when}, so that ${attempts} times the load comes when it can take the least, and more if callers retry too: turn on ${formatSteps(['upstreams', first, 'circuitBreaker', 'retryBudget'])}, or write fewer attempts`,
  }
}

/** Attempts that end no sooner than the call. */
function* lateAttempts(place: Place): Iterable<PlacedProblem> {
  const limits = (['timeout', 'maxStreamDuration'] as const).flatMap((field) => {
    const written = place.rule[field] ?? (field === 'maxStreamDuration' ? place.fleet[field] : undefined)
    const ms = written === undefined ? 0 : (parseDuration(written) ?? 0)
    return ms > 0 ? [{ field, written, ms }] : []
  })
  const [limit] = limits.toSorted((a, b) => a.ms - b.ms)
  if (limit === undefined) return
  const { value: retry, steps } = retryOf(place)
  const hedging = placed('hedging', place)
  const times = [
    ...(retry.enabled ? [{ at: [...steps, 'perTryTimeout'], time: retry.perTryTimeout, what: 'retry' }] : []),
    ...(hedging?.value.enabled
      ? [{ at: [...hedging.steps, 'delay'], time: hedging.value.delay, what: 'hedge' }]
      : []),
  ]
  for (const { at, time, what } of times) {
    if (time === undefined || (parseDuration(time) ?? 0) < limit.ms) continue
    yield {
      steps: at,
      message: `is ${time}, and ${limit.field} of ${formatSteps(place.steps)} ends the call after ${limit.written}: no ${what} starts for a slow attempt. Write less than ${limit.written}`,
    }
  }
}

function* doubledCalls(steps: readonly string[], { to = {}, mirror = {} }: Rule): Iterable<PlacedProblem> {
  for (const [upstream, { enabled, percentage = 100 }] of Object.entries(mirror)) {
    if (!enabled || percentage === 0 || !to[upstream]) continue
    yield {
      steps: [...steps, 'mirror', upstream],
      message: `gets calls of this rule by "to" already, so that ${percentage} % of them run twice there: mirror to another upstream, or turn it off`,
    }
  }
}
