// The scenario: security, one switch at a time, while authorized calls must never fail.

import type { Profile, ProfileName } from '../../../harness/profile.ts'
import type { Plan, Scenario } from '../../../harness/scenario.ts'
import { checksOf } from './checks.ts'
import { type Extent, measureStep } from './measure-step.ts'
import { sectionsOf } from './sections.ts'
import { STEPS } from './steps.ts'

const EXTENTS: Readonly<Record<ProfileName, Extent & { readonly rounds: number }>> = {
  quick: { envoys: 1, callsAround: 30, rounds: 1 },
  standard: { envoys: 3, callsAround: 300, rounds: 1 },
  full: { envoys: 3, callsAround: 1000, rounds: 5 },
}

/** Of the calls of a step. */
const CALL_SECONDS: Readonly<Record<ProfileName, number>> = { quick: 1, standard: 3, full: 9 }
/** Until a change is ACKed and its drain time is over. */
const CHANGE_SECONDS = 3

export const SCENARIO: Scenario = {
  name: 'grpc-security',
  title: 'Security, one switch at a time',
  question: 'What does each security switch deny to whom, and does it disturb calls that are allowed?',
  plan,
}

function plan({ name }: Profile): Plan {
  const { rounds, ...extent } = EXTENTS[name]
  return {
    rounds,
    runs: STEPS.map((step) => ({
      id: step.id,
      labels: { step: step.title },
      seconds: CALL_SECONDS[name] + CHANGE_SECONDS * step.changes.length,
      measure: (context) => measureStep(step, context, extent),
    })),
    checks: (results) => checksOf(results, extent),
    sections: sectionsOf,
  }
}
