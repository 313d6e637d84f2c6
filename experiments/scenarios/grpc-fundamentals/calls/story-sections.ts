// What the report shows of stories: who sent what when.

import type { Section } from '../../../harness/report/section.ts'
import type { Results } from '../../../harness/results.ts'
import { STORIES } from './stories/stories.ts'
import { momentsOf } from './told.ts'

export function storySections(results: Results): readonly Section[] {
  return STORIES.flatMap((story): Section[] => {
    const [moments] = momentsOf(results, story, 'direct')
    if (moments === undefined) return []
    return [
      {
        kind: 'table',
        title: story.title,
        says: typeof story.says === 'string' ? story.says : story.says(moments),
        columns: [{ title: 'after', unit: 'ms', decimals: 1 }, { title: 'client' }, { title: 'server' }],
        rows: moments.map(({ atMs, side, does, what }) => {
          const text = does === 'notes' ? what : `${does} ${what}`
          return [atMs, side === 'client' ? text : '', side === 'server' ? text : '']
        }),
      },
    ]
  })
}
