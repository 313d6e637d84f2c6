// The verdict of the demonstration: which measurements are not as expected.

import type { SwitchResult } from '../../testbed/flips/switch-under-load.ts'
import type { Distribution } from '../../testbed/measure/distribution.ts'
import type { Setting } from './settings.ts'

/** What was measured under one setting. */
export interface Measurement {
  readonly setting: Setting
  /** The switch to the setting; absent for the first one. */
  readonly switched?: SwitchResult
  readonly distributions: readonly Distribution[]
}

/** What is not as expected, in sentences; empty if everything is. */
export function findProblems(measurements: readonly Measurement[]): readonly string[] {
  const problems = measurements.flatMap(({ setting, distributions }) =>
    distributions.flatMap((distribution) =>
      setting.expectations.flatMap((expectation) => expectation(distribution) ?? []),
    ),
  )
  const failures = measurements.flatMap(({ switched, distributions }) => [
    ...(switched?.load.failures ?? []),
    ...distributions.flatMap((distribution) => distribution.failures),
  ])
  if (failures.length === 0) return problems
  return [...problems, `no call should fail, but ${failures.length} did; the first error: ${failures[0]}`]
}
