// When to use what: for each need of a user the way that meets it best in these results, with the figures that say so.

import type { TableSection } from '../../../../harness/report/section.ts'
import type { Results } from '../../../../harness/results.ts'
import { spreadOver } from '../../../../harness/statistics/rounds.ts'
import { compareRounds } from '../../../../harness/statistics/verdict.ts'
import type { Subject } from '../checks/subject.ts'
import { changeNeedRows } from './change-needs.ts'
import { USER_NEEDS, type UserNeed } from './needs.ts'

/** Ways that are as good, by name. */
const SHOWN = 3

export function whenToUseSection(results: Results, subjects: readonly Subject[]): TableSection {
  return {
    kind: 'table',
    title: 'When to use what',
    says: 'The answer to each need is the way with the best figures **of this run**. Ways whose rounds cannot be told from those of the best are as good; for counts, those with the same figure.',
    columns: [
      { title: 'you need' },
      { title: 'use' },
      { title: 'as good' },
      { title: 'because' },
      { title: 'mind' },
    ],
    rows: [
      ...USER_NEEDS.flatMap((need) => {
        const answer = answerOf(need, subjects)
        return answer ? [answer] : []
      }),
      ...changeNeedRows(results),
    ],
  }
}

/** Undefined if no way was measured that could meet the need. */
export function answerOf(
  { need, among, value, isCounted = false, evidence, mind }: UserNeed,
  subjects: readonly Subject[],
): readonly [need: string, use: string, asGood: string, because: string, mind: string] | undefined {
  const candidates = subjects
    .filter(among)
    .map((subject) => ({ subject, ...spreadOver(subject.rounds, value) }))
    .filter(({ median }) => !Number.isNaN(median))
    .toSorted((a, b) => a.median - b.median)
  const [best, ...others] = candidates
  if (best === undefined) return undefined
  const verdicts = others.map(({ values }) => compareRounds(best.values, values).outcome)
  const isTold = isCounted || !verdicts.includes('too few rounds')
  const asGood = others.filter(({ median }, at) =>
    isCounted
      ? median === best.median
      : verdicts[at] === 'not distinguishable' || verdicts[at] === 'too noisy',
  )
  return [
    need,
    best.subject.way.title,
    isTold ? listed(asGood.map(({ subject }) => subject.way.title)) : 'too few rounds to tell',
    evidence(best.subject),
    mind(best.subject),
  ]
}

function listed(titles: readonly string[]): string {
  const more = titles.length > SHOWN ? [`${titles.length - SHOWN} more`] : []
  return [...titles.slice(0, SHOWN), ...more].join('; ')
}
