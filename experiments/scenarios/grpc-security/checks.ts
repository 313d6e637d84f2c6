// What must hold after each step: statuses, attacks, authorized calls, and what Envoys count in shadow mode.

import type { Check, Results, RunResult } from '../../../harness/results.ts'
import { failedOf } from '../../../harness/statistics/round.ts'
import { METHODS } from './callers.ts'
import { attacksOf, SHADOW_DENIED, statusesOf } from './figures.ts'
import type { Extent } from './measure-step.ts'
import { STEPS, type Step } from './steps.ts'

/** A check for each step, and one for shadow mode. */
export function checksOf(results: Results, extent: Extent): readonly Check[] {
  return [...STEPS.map((step) => checkStep(step, results)), checkShadow(results, extent)]
}

function checkStep(step: Step, results: Results): Check {
  const runs = measuredOf(results, step.id)
  const calls = runs.reduce((sum, run) => sum + run.measured.calls, 0)
  return check(step.row, titleOf(step), runs, `${calls} authorized calls`, (run) => problemsOf(step, run))
}

function titleOf({ title, open }: Step): string {
  const attacks = open ? 'every attack gets in' : 'no attack gets in'
  return `${title}: statuses as expected, ${attacks}, no authorized call fails`
}

/** What is not as expected, in sentences. */
function problemsOf(step: Step, { measured }: MeasuredRun): readonly string[] {
  const statuses = Object.entries(step.expected).flatMap(([caller, expected]) =>
    statusesOf(measured, caller).flatMap((status, index) =>
      status === expected[index]
        ? []
        : [`${caller} gets status ${status} from ${METHODS[index]?.name}, not ${expected[index]}`],
    ),
  )
  const attacks = attacksOf(measured)
    .filter(({ status }) => (status === 0) !== step.open)
    .map(({ name, status }) => `the attack with ${name} gets status ${status}`)
  const failed = failedOf(measured)
  return [...statuses, ...attacks, ...(failed > 0 ? [`${failed} authorized calls failed`] : [])]
}

/** Two of three methods for `user`, at each Envoy. */
function checkShadow(results: Results, { envoys }: Extent): Check {
  const expected = 2 * envoys
  const runs = STEPS.flatMap(({ id }) =>
    measuredOf(results, id).map((run) => ({
      ...run,
      expected: id === 'jwt-and-rules-in-shadow' ? expected : 0,
    })),
  )
  const title = 'In shadow mode, Envoys count the calls that a user may not make, and nobody is denied'
  const inShadow = measuredOf(results, 'jwt-and-rules-in-shadow')
  return check('O6.7', title, inShadow, `${expected} calls counted`, () =>
    runs.flatMap(({ id, expected, measured }) => {
      const counted = measured.figures[SHADOW_DENIED]
      return counted === expected ? [] : [`${id}: ${counted} calls counted, not ${expected}`]
    }),
  )
}

type MeasuredRun = RunResult & Required<Pick<RunResult, 'measured'>>

function measuredOf({ runs }: Results, step: string): readonly MeasuredRun[] {
  return runs.flatMap((run) => (run.id === step && run.measured ? [{ ...run, measured: run.measured }] : []))
}

function check(
  row: string,
  title: string,
  runs: readonly MeasuredRun[],
  detail: string,
  problemsIn: (run: MeasuredRun) => readonly string[],
): Check {
  if (runs.length === 0) return { row, title, outcome: 'not measured', detail: 'no run of this step' }
  const problems = [...new Set(runs.flatMap(problemsIn))]
  if (problems.length === 0) return { row, title, outcome: 'holds', detail }
  return { row, title, outcome: 'fails', detail: problems.join('; ') }
}
