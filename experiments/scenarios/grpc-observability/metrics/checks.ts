// What must hold of the counts of client, proxy and server, whatever the machine is busy with.

import { check } from '../../../../harness/check.ts'
import type { Check, Results } from '../../../../harness/results.ts'
import { factsIn, measuredOf } from './figures.ts'
import { STORIES } from './stories.ts'

export function checksOf(results: Results): readonly Check[] {
  return STORIES.map((story) => {
    const measured = measuredOf(results, story)
    return check(story.row, `Counts, when ${story.title}`, measured === undefined ? [] : factsIn(measured))
  })
}
