// Deadlines and cancellations over three hops, and the work that is done for nobody where one of them loses them.

import type { Chapter } from '../../../../harness/chapter.ts'
import type { Profile, ProfileName } from '../../../../harness/profile.ts'
import type { Run, RunContext } from '../../../../harness/scenario.ts'
import { WAYS, type Way } from '../statuses/way.ts'
import { checksOf } from './checks.ts'
import { runIdOf } from './figures.ts'
import { measureOverload } from './measure-overload.ts'
import { measureStory } from './measure-story.ts'
import { OVERLOADS } from './overloads.ts'
import { sectionsOf } from './sections.ts'
import { STORIES, type Story } from './stories.ts'

/** Calls at a time. */
const CALLS: Readonly<Record<ProfileName, number>> = { quick: 5, standard: 20, full: 50 }

export const DEADLINES: Chapter = {
  title: 'Deadlines over three hops',
  runs: (profile) => [
    ...STORIES.flatMap((story) => (story.ways ?? WAYS).map((way) => runOf(story, way, profile))),
    ...OVERLOADS.map((overload) => ({
      id: overload.id,
      labels: { story: `overload, deadline ${overload.title}` },
      seconds: 3,
      measure: (context: RunContext) => measureOverload(overload, context),
    })),
  ],
  checks: checksOf,
  sections: sectionsOf,
}

function runOf(story: Story, way: Way, { name }: Profile): Run {
  return {
    id: runIdOf(story.id, way),
    labels: { story: story.title, way: way === 'direct' ? 'directly' : 'with an Envoy before each hop' },
    seconds: 1,
    measure: (context) => measureStory(story, way, CALLS[name], context),
  }
}
