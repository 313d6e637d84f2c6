// The checks and the sections of results, also if the scenario's own functions for them fail.

import { SwitchyardError } from '../core/errors.ts'
import { hasContent } from './report/has-content.ts'
import type { Section } from './report/section.ts'
import type { Check, Results } from './results.ts'
import type { Plan } from './scenario.ts'

/** A function that throws is a failed check, so that what was measured is not lost. */
export function checksOf(plan: Plan, results: Results): readonly Check[] {
  try {
    return plan.checks(results)
  } catch (error) {
    const detail = SwitchyardError.from(error).message
    return [{ row: '–', title: 'The checks of the scenario can be evaluated', outcome: 'fails', detail }]
  }
}

/** With `--only`, most sections have nothing to show, and are left out. A function that throws becomes a section that says so. */
export function sectionsOf(plan: Plan, results: Results): readonly Section[] {
  try {
    return plan.sections(results).filter(hasContent)
  } catch (error) {
    const { message } = SwitchyardError.from(error)
    return [
      { kind: 'text', title: 'No sections', paragraphs: [`The sections of the scenario failed: ${message}`] },
    ]
  }
}
