// Measures one run of a plan, and turns whatever happens into a result.

import { mkdir } from 'node:fs/promises'
import { SwitchyardError } from '../core/errors.ts'
import { ProcessGroup } from '../processes/process-group.ts'
import { MeasuredSchema, type RunResult } from './results.ts'
import { requireValid } from './results-file.ts'
import type { Need, Run, RunContext } from './scenario.ts'
import { removeScratch } from './scratch-folder.ts'

export interface Measurement {
  readonly result: RunResult
  /** Of a failed run, with its stack. */
  readonly error?: unknown
}

/**
 * Everything that the run started has ended when it resolves.
 * @param context all but what belongs to this run alone
 * @param patienceSeconds after which the run has failed: a run that hangs must not stop the others
 * @returns undefined if the scenario was interrupted meanwhile: then nothing was measured
 */
export async function measureRun(
  run: Run,
  context: Omit<RunContext, 'group'>,
  patienceSeconds: number,
): Promise<Measurement | undefined> {
  const begun = performance.now()
  const base = {
    id: run.id,
    round: context.round,
    labels: { ...run.labels },
    ...(run.emulates !== undefined && { emulates: run.emulates }),
    begun: new Date().toISOString(),
  }
  const missing = (run.needs ?? []).filter(({ isThere }) => !isThere())
  if (missing.length > 0) {
    return { result: { ...base, state: 'skipped', why: missing.map(describeNeed).join('; ') } }
  }
  const took = () => (performance.now() - begun) / 1000
  try {
    const measured = await measureAlone(run, context, patienceSeconds)
    if (measured === INTERRUPTED) return undefined
    const checked = requireValid(
      MeasuredSchema,
      measured,
      'what the run measured has no place in results.json:',
    )
    return { result: { ...base, state: 'measured', tookSeconds: took(), measured: checked } }
  } catch (error) {
    if (context.signal.aborted) return undefined
    const why = SwitchyardError.from(error).message
    return { result: { ...base, state: 'failed', tookSeconds: took(), why }, error }
  }
}

const INTERRUPTED = Symbol('interrupted')

async function measureAlone(
  run: Run,
  context: Omit<RunContext, 'group'>,
  patience: number,
): Promise<unknown> {
  const { signal, folder } = context
  await mkdir(folder, { recursive: true })
  const group = new ProcessGroup()
  const interrupted = Promise.withResolvers<typeof INTERRUPTED>()
  const hangs = Promise.withResolvers<never>()
  const interrupt = () => interrupted.resolve(INTERRUPTED)
  signal.addEventListener('abort', interrupt)
  if (signal.aborted) interrupt()
  const giveUp = () =>
    hangs.reject(new SwitchyardError('process-failed', `has not ended within ${Math.round(patience)} s`))
  const timer = setTimeout(giveUp, patience * 1000)
  try {
    const measured = run.measure({ ...context, group })
    // After an interruption nobody waits for it, and what it used is gone.
    measured.catch(() => {})
    return await Promise.race([measured, interrupted.promise, hangs.promise])
  } finally {
    clearTimeout(timer)
    signal.removeEventListener('abort', interrupt)
    await group.stop()
    await removeScratch(folder)
  }
}

function describeNeed({ name, install }: Need): string {
  return `${name} is missing: ${install}`
}
