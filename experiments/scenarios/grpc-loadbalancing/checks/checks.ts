// All that must hold, by curriculum row. A group that is new is a file of this folder and a line here.

import type { Check, Results } from '../../../../harness/results.ts'
import { checkChanges } from '../changes/checks.ts'
import { stateCountsOf } from '../sections/state-counts.ts'
import { checkCrews } from './crews.ts'
import { checkKeys } from './keys.ts'
import { checkPooling } from './pooling.ts'
import { checkProxies } from './proxies.ts'
import { checkSpreading } from './spreading.ts'
import { checkStates } from './states.ts'
import { subjectsOf, type WayFacts } from './subject.ts'

export function checksOf(results: Results, ways: readonly WayFacts[]): readonly Check[] {
  const subjects = subjectsOf(results, ways)
  return [
    ...checkSpreading(subjects),
    ...checkStates(stateCountsOf(results)),
    ...checkKeys(results),
    ...checkCrews(subjects),
    ...checkPooling(subjects),
    ...checkProxies(subjects),
    ...checkChanges(results),
  ].toSorted((a, b) => a.row.localeCompare(b.row, 'en', { numeric: true }))
}
