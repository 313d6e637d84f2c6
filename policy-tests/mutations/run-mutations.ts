// Takes each protection of a document away, runs the tests, and says which cells noticed.

import type { Config } from '../../control-plane/document/model.ts'
import { type ErrorCode, SwitchyardError } from '../../core/errors.ts'
import type { CellResult, RunResult } from '../result.ts'
import type { Inseparable, Mutant, Protections } from './protections.ts'

const ABOUT_THE_DOCUMENT: readonly ErrorCode[] = ['nacked', 'pending', 'invalid-argument', 'invalid-config']

/** What became of a document without one protection. */
export interface MutantOutcome {
  readonly mutant: Mutant
  /** The cells that failed. If there are none, no test is about the protection. */
  readonly noticedBy: readonly CellResult[]
  /** Why the document could not be served at all, in the words of the error. */
  readonly refused?: string
  readonly milliseconds: number
}

export interface MutationResult {
  readonly outcomes: readonly MutantOutcome[]
  readonly inseparable: readonly Inseparable[]
  readonly milliseconds: number
  readonly envoy: string
}

/**
 * @param run makes all calls with a document; they all pass with the document as it is
 * @param onOutcome is given each outcome when it is there
 */
export async function runMutations(
  { mutants, inseparable }: Protections,
  run: (document: Config) => Promise<RunResult>,
  onOutcome: (outcome: MutantOutcome) => void = () => {},
): Promise<Omit<MutationResult, 'envoy'>> {
  const start = performance.now()
  const outcomes: MutantOutcome[] = []
  for (const mutant of mutants) {
    const outcome = await outcomeOf(mutant, run)
    outcomes.push(outcome)
    onOutcome(outcome)
  }
  return { outcomes, inseparable, milliseconds: Math.round(performance.now() - start) }
}

async function outcomeOf(
  mutant: Mutant,
  run: (document: Config) => Promise<RunResult>,
): Promise<MutantOutcome> {
  const start = performance.now()
  const timed = (found: Pick<MutantOutcome, 'noticedBy' | 'refused'>): MutantOutcome => ({
    mutant,
    ...found,
    milliseconds: Math.round(performance.now() - start),
  })
  try {
    const { cells } = await run(mutant.document)
    return timed({ noticedBy: cells.filter(({ passed }) => !passed) })
  } catch (error) {
    // Nothing can be said about this one. The others can still be tried.
    const { code, message } = SwitchyardError.from(error)
    if (!ABOUT_THE_DOCUMENT.includes(code)) throw error
    return timed({ noticedBy: [], refused: message })
  }
}
