// The report, in its order. A part that is new is a file of this folder and a line here.

import type { Section } from '../../../../harness/report/section.ts'
import type { Results } from '../../../../harness/results.ts'
import type { Cell } from '../cell.ts'
import { changeSections } from '../changes/sections.ts'
import { isCompared, subjectsOf, type WayFacts } from '../checks/subject.ts'
import { loadersSections } from '../runs/loaders.ts'
import { costSections } from './cost.ts'
import { latencySections, throughputSection } from './latency.ts'
import { sharesSections } from './shares.ts'
import { unevenSection } from './uneven.ts'
import { verdictSections } from './verdicts.ts'
import { whenToUseSection } from './when-to-use.ts'

export function sectionsOf(results: Results, ways: readonly WayFacts[]): readonly Section[] {
  const subjects = subjectsOf(results, ways)
  const of = (loop: Cell['loop'], workload: Cell['workload']) =>
    subjects.filter((subject) => isCompared(subject, { loop, workload }))
  const base = of('open', 'unary')
  return [
    ...sharesSections(base, subjects),
    unevenSection(results),
    ...latencySections(base, of('open', 'slow')),
    throughputSection(
      of('closed', 'unary'),
      'Client, proxy and backends share the cores of this machine, so this shows which way needs the least CPU time, not what a proxy on a machine of its own can do.',
    ),
    ...verdictSections(results, base, of('closed', 'unary')),
    ...costSections(base, subjects),
    ...changeSections(results),
    ...loadersSections(results),
    whenToUseSection(results, subjects),
  ]
}
