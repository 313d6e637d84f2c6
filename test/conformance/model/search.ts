// Runs all histories of a seed; the first that fails is minimized.

import { describeCommand, simplerCommands } from './describe-history.ts'
import { minimize } from './minimize.ts'
import { type History, historiesOf, runHistory } from './run-history.ts'
import type { Types } from './world.ts'

export interface SeedResult {
  readonly seed: number
  /** How many histories were run: all, or those up to the first that failed. */
  readonly histories: number
  /** Undefined if all histories passed. */
  readonly failure?: Failure
}

export interface Failure {
  /** Of the minimal history, which fails in the same way as the one that was found. */
  readonly message: string
  readonly history: History
  /** The number of commands before minimizing. */
  readonly foundWith: number
}

type Run = (history: History) => Promise<string | undefined>

export interface Search {
  readonly seed: number
  readonly types: Types
  readonly histories: number
}

/** @param run runs a history and returns what went wrong */
export async function searchSeed(
  { seed, types, histories }: Search,
  run: Run = (history) => runHistory(history, types),
): Promise<SeedResult> {
  for (const [at, history] of historiesOf(seed, histories, types).entries()) {
    const message = await run(history)
    if (message === undefined) continue
    return { seed, histories: at + 1, failure: await minimizeHistory(history, message, run) }
  }
  return { seed, histories }
}

async function minimizeHistory(history: History, message: string, run: Run): Promise<Failure> {
  const kind = kindOf(message)
  let last = message
  const fails = async (candidate: History) => {
    const found = await run(candidate)
    if (found === undefined || kindOf(found) !== kind) return false
    last = found
    return true
  }
  if (!(await fails(history))) {
    const again = `${message}\n(the same history did not fail a second time: something outside it matters)`
    return { message: again, history, foundWith: history.length }
  }
  const minimal = await minimize(history, fails, simplerCommands)
  return { message: last, history: minimal, foundWith: history.length }
}

/** A shorter history that fails in another way does not count. Names and messages may differ, and later differences too. */
function kindOf(message: string): string {
  const [what = ''] = message.split('{')
  return what
    .replaceAll(/"[^"]*"/g, '""')
    .split('\n')
    .slice(0, 2)
    .join('\n')
}

/** Several lines: the seed, what went wrong, and the commands that lead to it. */
export function describeFailure({ seed, histories }: SeedResult, failure: Failure): string {
  const { message, history, foundWith } = failure
  return [
    `seed ${seed}, history ${histories}: ${message}`,
    `after ${history.length} commands (${foundWith} before minimizing):`,
    ...history.map((command, at) => `  ${String(at + 1).padStart(2)}. ${describeCommand(command)}`),
  ].join('\n')
}
