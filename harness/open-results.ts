// The results that a scenario begins with: empty ones, or those of an earlier run that it resumes.

import { existsSync } from 'node:fs'
import { mkdir, rename } from 'node:fs/promises'
import { join } from 'node:path'
import { type Problem, SwitchyardError } from '../core/errors.ts'
import type { Profile } from './profile.ts'
import type { Results } from './results.ts'
import { RESULTS_FILE, readResults } from './results-file.ts'
import type { Plan, Run, Scenario } from './scenario.ts'
import { selectRuns } from './select-runs.ts'

export interface Wanted {
  readonly scenario: Scenario
  readonly profile: Profile
  readonly plan: Plan
  /** Patterns of `--only`; undefined for all runs. */
  readonly only: readonly string[] | undefined
}

export interface Opened {
  readonly results: Results
  /** Each is measured in every round, or in its first ones. */
  readonly runs: readonly Run[]
  readonly rounds: number
  /** The file to which results that were in the folder have moved. */
  readonly keptIn?: string
}

/**
 * New results. Earlier ones stay in the folder under another name.
 * @throws SwitchyardError `not-found` for patterns that no run matches, `internal` for a plan with an id twice
 */
export async function createResults(folder: string, wanted: Wanted, command: string): Promise<Opened> {
  const { scenario, profile, only } = wanted
  const { runs, rounds } = chosen(wanted, only)
  const keptIn = await keepEarlier(folder)
  const results: Results = {
    format: 1,
    scenario: scenario.name,
    title: scenario.title,
    question: scenario.question,
    profile: { ...profile },
    plan: {
      runs: runs.map(({ id }) => id),
      rounds,
      ...fewerOf(runs, rounds),
      ...(only && { only: [...only] }),
    },
    command,
    begun: new Date().toISOString(),
    environment: {},
    runs: [],
    checks: [],
  }
  return { results, runs, rounds, ...(keptIn !== undefined && { keptIn }) }
}

/**
 * The results in the folder, if they are of the same scenario, profile and plan. Without `only`, the runs are those chosen then.
 * @throws SwitchyardError `not-found` without results, `invalid-argument` with all that differs
 */
export async function resumeResults(folder: string, wanted: Wanted): Promise<Opened> {
  const { scenario, profile } = wanted
  const results = await readResults(folder)
  const { ended: _, ...unfinished } = results
  requireSame(folder, results, [
    differs('scenario', results.scenario, scenario.name),
    differs('profile', describeProfile(results.profile), describeProfile(profile)),
  ])
  const { runs, rounds } = chosen(wanted, wanted.only ?? results.plan.only)
  const ids = runs.map(({ id }) => id)
  requireSame(folder, results, [
    differs('rounds', String(results.plan.rounds), String(rounds)),
    differs('runs', listed(without(results.plan.runs, ids)), listed(without(ids, results.plan.runs))),
  ])
  return { results: { ...unfinished, checks: [] }, runs, rounds }
}

function chosen({ plan, profile }: Wanted, only: readonly string[] | undefined) {
  const twice = plan.runs.filter(({ id }, index) => plan.runs.findIndex((run) => run.id === id) < index)
  if (twice.length > 0) {
    throw new SwitchyardError(
      'internal',
      `the plan has two runs of one id: ${twice.map(({ id }) => id).join(', ')}`,
    )
  }
  return {
    runs: only === undefined ? plan.runs : selectRuns(plan.runs, only),
    rounds: plan.rounds ?? profile.rounds,
  }
}

function fewerOf(runs: readonly Run[], rounds: number): Pick<Results['plan'], 'fewer'> {
  const fewer = runs.flatMap((run) => {
    const own = run.rounds ?? rounds
    return own < rounds ? [[run.id, own] as const] : []
  })
  return fewer.length === 0 ? {} : { fewer: Object.fromEntries(fewer) }
}

/** Hours of measurements may be in it: nothing overwrites them. */
async function keepEarlier(folder: string): Promise<string | undefined> {
  await mkdir(folder, { recursive: true })
  const file = join(folder, RESULTS_FILE)
  if (!existsSync(file)) return undefined
  const begun = await readResults(file).then(
    (results) => results.begun,
    () => 'of another format',
  )
  const kept = join(folder, `results ${begun}.json`.replaceAll(/[ :]/g, '-'))
  await rename(file, kept)
  return kept
}

function requireSame(folder: string, { command }: Results, found: readonly (Problem | undefined)[]): void {
  const problems = found.filter((problem) => problem !== undefined)
  if (problems.length === 0) return
  throw new SwitchyardError(
    'invalid-argument',
    `${join(folder, RESULTS_FILE)} cannot be resumed: repeat its command with --resume (${command}), or measure anew without --resume. What differs:`,
    { problems },
  )
}

function differs(path: string, there: string, now: string): Problem | undefined {
  return there === now ? undefined : { path, message: `${there} in the file, ${now} now` }
}

function describeProfile({ name, warmUpSeconds, windowSeconds, rounds }: Profile): string {
  return `${name} (${warmUpSeconds} s of warm-up, ${windowSeconds} s, ${rounds} rounds)`
}

function without(ids: readonly string[], others: readonly string[]): readonly string[] {
  return ids.filter((id) => !others.includes(id))
}

function listed(ids: readonly string[]): string {
  return ids.length === 0 ? 'no others' : ids.join(', ')
}
