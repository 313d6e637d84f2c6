// What a reader sees first: do the checks hold, what was run and when, what is emulated, and what is missing.

import { describeSeconds } from '../../duration.ts'
import { type Check, measurementsOf, type Results, type RunResult } from '../../results.ts'
import { smallestP } from '../../statistics/mann-whitney.ts'
import { ALPHA } from '../../statistics/verdict.ts'
import { count } from './number-text.ts'

export interface Overview {
  /** Failing first, what was not measured last; in their order otherwise. */
  readonly checks: readonly Check[]
  readonly outcomes: Readonly<Record<Check['outcome'], number>>
  /** The outcome of all checks in a sentence. */
  readonly answer: string
  readonly facts: readonly { readonly name: string; readonly value: string }[]
  readonly notes: readonly Note[]
  readonly realness: readonly Realness[]
}

/** What keeps the figures from being complete or sure. */
export interface Note {
  readonly title: string
  readonly lines: readonly string[]
}

/** Whether the parts of some runs are the real ones. */
export interface Realness {
  readonly what: string
  readonly runs: number
  readonly emulates: string | undefined
}

const ORDER: readonly Check['outcome'][] = ['fails', 'holds', 'not measured']

export function overviewOf(results: Results, noisy: readonly string[] = []): Overview {
  const checks = results.checks.toSorted((a, b) => ORDER.indexOf(a.outcome) - ORDER.indexOf(b.outcome))
  const amount = (outcome: Check['outcome']) => checks.filter((check) => check.outcome === outcome).length
  const outcomes = { fails: amount('fails'), 'not measured': amount('not measured'), holds: amount('holds') }
  return {
    checks,
    outcomes,
    answer: answerOf(outcomes),
    facts: factsOf(results),
    notes: notesOf(results, noisy),
    realness: realnessOf(results.runs),
  }
}

function answerOf(outcomes: Overview['outcomes']): string {
  const all = outcomes.fails + outcomes['not measured'] + outcomes.holds
  if (all === 0) return 'This scenario checks nothing.'
  if (outcomes.holds === all) return all === 1 ? 'The check holds.' : `All ${all} checks hold.`
  const parts = [
    outcomes.fails > 0 && `${outcomes.fails} ${outcomes.fails === 1 ? 'fails' : 'fail'}`,
    outcomes['not measured'] > 0 &&
      `${outcomes['not measured']} ${outcomes['not measured'] === 1 ? 'was' : 'were'} not measured`,
    outcomes.holds > 0 && `${outcomes.holds} ${outcomes.holds === 1 ? 'holds' : 'hold'}`,
  ]
  return `Of ${count(all, 'check')}, ${parts.filter((part) => part !== false).join(', ')}.`
}

function factsOf({ profile, plan, begun, ended, runs }: Results): Overview['facts'] {
  const seconds = (Date.parse(ended ?? runs.at(-1)?.begun ?? begun) - Date.parse(begun)) / 1000
  const ids = new Set(runs.map(({ id }) => id)).size
  const took =
    ended === undefined
      ? `, unfinished`
      : Number.isFinite(seconds)
        ? `, took ${describeSeconds(seconds)}`
        : ''
  return [
    { name: 'Date', value: `${dateOf(begun)}${took}` },
    {
      name: 'Profile',
      value: `${profile.name}: ${count(plan.rounds, 'round')}${windowsOf(profile, runs)}`,
    },
    { name: 'Runs', value: `${count(ids, 'run')}, ${statesOf(runs)}` },
  ]
}

/** Of the measured runs: some scenarios measure steps, or some of their runs for longer than the profile says. */
function windowsOf({ windowSeconds, warmUpSeconds }: Results['profile'], runs: readonly RunResult[]): string {
  const seconds = runs.flatMap(({ measured }) => measured?.seconds ?? [])
  if (seconds.length === 0) return ''
  const [least, most] = [Math.min(...seconds), Math.max(...seconds)]
  const isOfProfile = (one: number) => Math.abs(one / windowSeconds - 1) < 0.1
  if (isOfProfile(least) && isOfProfile(most)) {
    return ` of ${windowSeconds} s, each after ${warmUpSeconds} s of warm-up`
  }
  const [from, to] = [describeSeconds(least), describeSeconds(most)]
  return from === to ? `, measured over ${from}` : `, measured over ${from} to ${to}`
}

function statesOf(runs: readonly RunResult[]): string {
  const amount = (state: RunResult['state']) => runs.filter((run) => run.state === state).length
  const others = (['failed', 'skipped'] as const)
    .filter((state) => amount(state) > 0)
    .map((state) => `${amount(state)} ${state}`)
  return [count(amount('measured'), 'measurement'), ...others].join(', ')
}

const dateOf = (iso: string) => iso.replace('T', ' ').replace(/(:\d\d):\d\d(\.\d+)?Z$/, '$1 UTC')

function notesOf(results: Results, noisy: readonly string[]): Note[] {
  const notes: (Note | false)[] = [
    unfinished(results),
    results.plan.only !== undefined && {
      title: 'A part of the scenario',
      lines: [
        `Only these runs were chosen: ${idsText(results.plan.only)}. Checks that need other runs are not measured.`,
      ],
    },
    noteOn('failed', 'Failed runs', results.runs),
    noteOn('skipped', 'Skipped runs', results.runs),
    noisy.length > 0 && {
      title: 'Noisy',
      lines: [...noisy],
    },
    smallestP(results.plan.rounds, results.plan.rounds) > ALPHA && {
      title: 'Too few rounds to compare',
      lines: [
        `The profile \`${results.profile.name}\` shows that everything works. Small differences between its figures mean nothing: two configurations can be told apart from four rounds on.`,
      ],
    },
  ]
  return notes.filter((note) => note !== false)
}

function unfinished({ plan, runs, ended, command }: Results): Note | false {
  if (ended !== undefined) return false
  const all = measurementsOf(plan)
  const missing = Math.max(all - runs.length, 0)
  const line = `${count(missing, 'measurement')} of ${all} ${missing === 1 ? 'is' : 'are'} missing. \`${command} --resume\` measures them and keeps what is there; add \`--out\` for another folder than the default.`
  return { title: 'Unfinished', lines: [line] }
}

/** Runs with the same reason share a line. */
function noteOn(state: RunResult['state'], title: string, runs: readonly RunResult[]): Note | false {
  const concerned = runs.filter((run) => run.state === state)
  if (concerned.length === 0) return false
  const byReason = Map.groupBy(concerned, ({ why }) => why ?? 'no reason was given')
  return {
    title,
    lines: [...byReason].map(([why, some]) => `${idsText([...new Set(some.map(({ id }) => id))])}: ${why}`),
  }
}

function idsText(ids: readonly string[]): string {
  const shown = ids.slice(0, 4).map((id) => `\`${id}\``)
  return ids.length > 4 ? `${shown.join(', ')} and ${ids.length - 4} more` : shown.join(', ')
}

/** The first label of a run says which way its calls take. Emulated ones come first. */
function realnessOf(runs: readonly RunResult[]): Realness[] {
  const whatOf = ({ id, labels }: RunResult) => Object.values(labels)[0] ?? id
  const byKind = Map.groupBy(runs, (run) => JSON.stringify([whatOf(run), run.emulates ?? null]))
  const kinds = [...byKind.values()].flatMap((some) => {
    const [first] = some
    if (first === undefined) return []
    return [{ what: whatOf(first), runs: new Set(some.map(({ id }) => id)).size, emulates: first.emulates }]
  })
  return kinds.toSorted((a, b) => Number(b.emulates !== undefined) - Number(a.emulates !== undefined))
}
