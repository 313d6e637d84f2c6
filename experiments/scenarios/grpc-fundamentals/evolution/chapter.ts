// The chapter of schema design: one service over five versions, and what programs of different versions see of each other.

import type { Chapter } from '../../../../harness/chapter.ts'
import type { Measured } from '../../../../harness/results.ts'
import type { Run, RunContext } from '../../../../harness/scenario.ts'
import { measureChanges } from './call-changes.ts'
import { measurePairs } from './call-pairs.ts'
import { evolutionChecks } from './checks.ts'
import { measureVerdicts } from './judge.ts'
import { measurePresence } from './presence.ts'
import { evolutionSections } from './sections.ts'

export const EVOLUTION: Chapter = {
  title: 'A schema and its versions',
  runs: () => [
    run('breaking', 'what buf says', 4, measureVerdicts),
    run('calls', 'every client, every server', 2, measurePairs),
    run('changes', 'programs of both sides of a change', 3, measureChanges),
    run('presence', 'defaults and presence', 1, measurePresence),
  ],
  checks: evolutionChecks,
  sections: evolutionSections,
}

/** Once is enough: nothing in it is left to chance. */
function run(
  name: string,
  what: string,
  seconds: number,
  measure: (context: RunContext) => Promise<Measured>,
): Run {
  return { id: `evolution.${name}`, labels: { evolution: what }, rounds: 1, seconds, measure }
}
