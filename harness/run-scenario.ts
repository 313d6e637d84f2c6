// Runs a scenario: all its runs, round by round, with results on disk after each.

import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describeEnvironment, describeResumption } from './environment.ts'
import { checksOf, sectionsOf } from './evaluate.ts'
import { keepIn } from './keep-file.ts'
import { measureRun } from './measure-run.ts'
import { createResults, resumeResults } from './open-results.ts'
import type { Profile } from './profile.ts'
import { writeReport } from './report/write-report.ts'
import type { Results, RunResult } from './results.ts'
import { writeResults } from './results-file.ts'
import type { Need, Plan, Run, Scenario } from './scenario.ts'
import { removeScratch } from './scratch-folder.ts'
import { SharedParts } from './shared-parts.ts'
import { estimateOf, TimeLeft } from './time-left.ts'

export interface ScenarioOptions {
  readonly profile: Profile
  /** For results.json, summary.md and report.html. */
  readonly folder: string
  /** Chooses runs by parts of their ids. Default: all, or with `resume` those that were chosen. */
  readonly only?: readonly string[]
  /** Whether to measure only what the results in the folder lack; runs that were skipped or failed are tried again. */
  readonly resume?: boolean
  /** The command that reproduces the results. */
  readonly command: string
  /** Ends the scenario. What was measured stays, and the report is of that. */
  readonly signal?: AbortSignal
  readonly onProgress?: (progress: Progress) => void
}

export type Progress =
  | { readonly kind: 'kept'; readonly file: string }
  | (Position & { readonly kind: 'begins'; readonly run: Run; readonly round: number })
  | (Position & { readonly kind: 'ended'; readonly result: RunResult; readonly error?: unknown })

export interface Position {
  /** From 1. */
  readonly number: number
  readonly total: number
  readonly rounds: number
  /** For all runs that have not ended. */
  readonly secondsLeft: number
}

interface Turn {
  readonly run: Run
  readonly round: number
}

/**
 * Resolves when everything that it started has ended. The results lack `ended` if it was interrupted.
 * @throws SwitchyardError as `createResults` and `resumeResults`
 */
export async function runScenario(scenario: Scenario, options: ScenarioOptions): Promise<Results> {
  const { profile, folder, only, resume = false, command, onProgress = () => {} } = options
  const plan = scenario.plan(profile)
  const wanted = { scenario, profile, plan, only }
  const opened = resume ? await resumeResults(folder, wanted) : await createResults(folder, wanted, command)
  if (opened.keptIn !== undefined) onProgress({ kind: 'kept', file: opened.keptIn })
  const begun = withEnvironment(opened.results, plan)
  const turns = turnsOf(opened.runs, opened.rounds)
  const measured = await measureTurns(turns, begun, opened.rounds, options)
  const isComplete = turns.every(({ run, round }) => measured.runs.some(isOf(run, round)))
  const results = {
    ...measured,
    ...(isComplete && { ended: new Date().toISOString() }),
  }
  return await finish(folder, plan, results)
}

/** Evaluates the checks, and writes results, summary and report. */
export async function finish(folder: string, plan: Plan, measured: Results): Promise<Results> {
  const results = { ...measured, checks: [...checksOf(plan, measured)] }
  await writeResults(folder, results)
  await writeReport(folder, results, sectionsOf(plan, results))
  return results
}

/** All runs once before any is measured again, so that a machine that gets slower slows all alike. */
function turnsOf(runs: readonly Run[], rounds: number): readonly Turn[] {
  return Array.from({ length: rounds }, (_, index) => index + 1).flatMap((round) =>
    runs.filter((run) => (run.rounds ?? rounds) >= round).map((run) => ({ run, round })),
  )
}

async function measureTurns(
  turns: readonly Turn[],
  begun: Results,
  rounds: number,
  { profile, folder, signal = new AbortController().signal, onProgress = () => {} }: ScenarioOptions,
): Promise<Results> {
  const timeLeft = new TimeLeft(profile)
  for (const { run, round } of turns) {
    const earlier = begun.runs.find(isOf(run, round))
    if (earlier?.tookSeconds !== undefined) timeLeft.took(run, earlier.tookSeconds)
  }
  const missing = turns.filter(({ run, round }) => begun.runs.find(isOf(run, round))?.state !== 'measured')
  const scratch = await mkdtemp(join(tmpdir(), 'switchyard-'))
  const shared = new SharedParts(scratch)
  const needs = rememberNeeds()
  let results = begun
  await writeResults(folder, results)
  try {
    for (const [index, turn] of missing.entries()) {
      if (signal.aborted) break
      const run = needs(turn.run)
      const { round } = turn
      const position = (from: number) => ({
        number: turns.length - missing.length + index + 1,
        total: turns.length,
        rounds,
        secondsLeft: timeLeft.of(missing.slice(from).map((one) => one.run)),
      })
      onProgress({ kind: 'begins', run, round, ...position(index) })
      const context = {
        ...{ profile, round, signal, shared: shared.get, keep: keepIn(folder) },
        folder: join(scratch, `r${index + 1}`),
      }
      const startSeconds = shared.startSeconds
      const measurement = await measureRun(run, context, patienceFor(run, profile))
      if (measurement === undefined) break
      const { result, error } = measurement
      // The next round starts nothing again.
      timeLeft.took(run, (result.tookSeconds ?? 0) - (shared.startSeconds - startSeconds))
      results = { ...results, runs: [...results.runs.filter((one) => !isOf(run, round)(one)), result] }
      await writeResults(folder, results)
      onProgress({ kind: 'ended', result, error, ...position(index + 1) })
    }
    return results
  } finally {
    await shared.stop()
    await removeScratch(scratch)
  }
}

/** Far more than a run takes on a machine that is busy. */
function patienceFor(run: Run, profile: Profile): number {
  return 300 + 20 * estimateOf(run, profile)
}

function isOf(run: Run, round: number): (result: RunResult) => boolean {
  return (result) => result.id === run.id && result.round === round
}

/** Many runs have the same needs, and some start a program to see whether it is there. */
function rememberNeeds(): (run: Run) => Run {
  const found = new Map<string, boolean>()
  const remembered = (need: Need): Need => ({
    ...need,
    isThere: () => {
      const isThere = found.get(need.name) ?? need.isThere()
      found.set(need.name, isThere)
      return isThere
    },
  })
  return (run) => (run.needs === undefined ? run : { ...run, needs: run.needs.map(remembered) })
}

function withEnvironment(results: Results, plan: Plan): Results {
  const now = describeEnvironment(plan.tools)
  const { environment: earlier } = results
  if (Object.keys(earlier).length === 0) return { ...results, environment: now }
  const at = new Date().toISOString()
  return { ...results, environment: { ...earlier, ...describeResumption(earlier, now, at) } }
}
