// Takes each protection of documents away, runs their tests, and says which cells noticed.

import type { Config } from '../../control-plane/document/model.ts'
import { type ErrorCode, SwitchyardError } from '../../core/errors.ts'
import type { CellResult, RunResult } from '../result.ts'
import type { Inseparable, Mutant, Protections } from './protections.ts'

const ABOUT_THE_DOCUMENT: readonly ErrorCode[] = ['nacked', 'pending', 'invalid-argument', 'invalid-config']

/** A document with the tests for it. */
export interface Target {
  readonly protections: Protections
  /** Makes all calls with a document. They all pass with the document as it is. */
  readonly run: (document: Config) => Promise<RunResult>
}

/** What became of the documents without one protection. */
export interface MutantOutcome {
  readonly mutant: Pick<Mutant, 'steps' | 'path' | 'change'>
  /** The cells that failed. If there are none, no test is about the protection. */
  readonly noticedBy: readonly CellResult[]
  /** Why a document could not be served at all, in the words of the error. */
  readonly refused?: string
  readonly milliseconds: number
}

export interface MutationResult {
  readonly outcomes: readonly MutantOutcome[]
  readonly inseparable: readonly Inseparable[]
  readonly milliseconds: number
}

/**
 * A protection that several documents have is taken from each of them, and is noticed if some cell of some of them fails.
 * @param isWanted whether a protection is tried
 * @param onOutcome is given each outcome when it is there
 */
export async function runMutations(
  targets: readonly Target[],
  isWanted: (protection: Pick<Mutant, 'path' | 'change'>) => boolean = () => true,
  onOutcome: (outcome: MutantOutcome) => void = () => {},
): Promise<MutationResult> {
  const start = performance.now()
  const all = targets.flatMap(({ protections, run }) =>
    protections.mutants.filter(isWanted).map((mutant) => ({ mutant, run })),
  )
  const outcomes: MutantOutcome[] = []
  const keyOf = ({ path, change }: Inseparable | Mutant) => `${path} ${change}`
  for (const [, attempts] of Map.groupBy(all, ({ mutant }) => keyOf(mutant))) {
    const outcome = await outcomeOf(attempts)
    if (outcome === undefined) continue
    outcomes.push(outcome)
    onOutcome(outcome)
  }
  const tried = new Set(all.map(({ mutant }) => keyOf(mutant)))
  const inseparable = new Map(
    targets
      .flatMap(({ protections }) => protections.inseparable)
      .filter((one) => isWanted(one) && !tried.has(keyOf(one)))
      .map((one) => [keyOf(one), one]),
  )
  const milliseconds = Math.round(performance.now() - start)
  return { outcomes, inseparable: [...inseparable.values()], milliseconds }
}

interface Attempt {
  readonly mutant: Mutant
  readonly run: Target['run']
}

async function outcomeOf(attempts: readonly Attempt[]): Promise<MutantOutcome | undefined> {
  const [first] = attempts
  if (first === undefined) return undefined
  const start = performance.now()
  const noticedBy: CellResult[] = []
  let refused: string | undefined
  for (const { mutant, run } of attempts) {
    try {
      const { cells } = await run(mutant.document)
      noticedBy.push(...cells.filter(({ passed }) => !passed))
    } catch (error) {
      // Nothing can be said about this one. The others can still be tried.
      const { code, message } = SwitchyardError.from(error)
      if (!ABOUT_THE_DOCUMENT.includes(code)) throw error
      refused = message
    }
  }
  const { steps, path, change } = first.mutant
  return {
    mutant: { steps, path, change },
    noticedBy,
    ...(refused !== undefined && { refused }),
    milliseconds: Math.round(performance.now() - start),
  }
}
