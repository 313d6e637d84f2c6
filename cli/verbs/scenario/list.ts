// `yard scenario list`: what each scenario answers, how many runs it has, and how long they take.

import { describeSeconds } from '../../../harness/duration.ts'
import { PROFILE, PROFILES, type ProfileName } from '../../../harness/profile.ts'
import type { Scenario } from '../../../harness/scenario.ts'
import { estimateOf } from '../../../harness/time-left.ts'
import { renderTable } from '../../../testbed/measure/table.ts'

export interface ScenarioDescription {
  readonly name: string
  readonly title: string
  readonly question: string
  readonly profiles: Readonly<Record<ProfileName, Extent>>
}

interface Extent {
  readonly runs: number
  readonly rounds: number
  /** Estimate for all of them. */
  readonly seconds: number
}

export function describeScenario({ name, title, question, plan }: Scenario): ScenarioDescription {
  const extentOf = (profile: ProfileName): Extent => {
    const { runs, rounds = PROFILE[profile].rounds } = plan(PROFILE[profile])
    const seconds = runs.map(
      (run) => estimateOf(run, PROFILE[profile]) * Math.min(run.rounds ?? rounds, rounds),
    )
    return { runs: runs.length, rounds, seconds: seconds.reduce((sum, one) => sum + one, 0) }
  }
  const [quick, standard, full] = [extentOf('quick'), extentOf('standard'), extentOf('full')]
  return { name, title, question, profiles: { quick, standard, full } }
}

export function renderScenarios(scenarios: readonly ScenarioDescription[]): string {
  const columns = [
    { title: 'scenario' },
    ...PROFILES.map((title) => ({ title, align: 'right' as const })),
    { title: 'question' },
  ]
  const rows = scenarios.map(({ name, question, profiles }) => [
    name,
    ...PROFILES.map((profile) => describeExtent(profiles[profile])),
    question,
  ])
  return renderTable(columns, rows)
}

function describeExtent({ runs, rounds, seconds }: Extent): string {
  return `${rounds === 1 ? '' : `${rounds} × `}${runs} runs, ${describeSeconds(seconds)}`
}
