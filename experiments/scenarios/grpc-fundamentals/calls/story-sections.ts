// What the report shows of stories: who sent what when.

import type { Section } from '../../../../harness/report/section.ts'
import type { Results } from '../../../../harness/results.ts'
import { stepsOf } from './steps-of.ts'
import { STORIES } from './stories/stories.ts'
import { momentsOf } from './told.ts'

export function storySections(results: Results): readonly Section[] {
  return STORIES.flatMap((story): Section[] => {
    const [moments] = momentsOf(results, story, 'direct')
    if (moments === undefined) return []
    return [
      {
        kind: 'sequence',
        title: story.title,
        says: typeof story.says === 'string' ? story.says : story.says(moments),
        actors: ['client', 'server'],
        steps: stepsOf(moments),
      },
    ]
  })
}
