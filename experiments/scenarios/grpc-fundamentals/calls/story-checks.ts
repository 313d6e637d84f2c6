// What must hold of stories: each moment in its order, and the same through a proxy.

import { check, type Finding } from '../../../../harness/check.ts'
import type { Check, Results } from '../../../../harness/results.ts'
import { missingIn, textOf } from './moment.ts'
import { ROWS, STORIES, TITLES } from './stories/stories.ts'
import type { Kind, Story } from './story.ts'
import { momentsOf } from './told.ts'
import { WAY_TITLES, WAYS, type Way } from './ways.ts'

export function storyChecks(results: Results): readonly Check[] {
  return (Object.keys(ROWS) as Kind[]).map((kind) => {
    const stories = STORIES.filter((one) => one.kind === kind)
    const findings = stories.flatMap((story) => WAYS.flatMap((way) => findingsOf(results, story, way)))
    return check(ROWS[kind], `Calls with ${TITLES[kind]}: both sides see what they must, in order`, findings)
  })
}

function findingsOf(results: Results, story: Story, way: Way): readonly Finding[] {
  return momentsOf(results, story, way).map((moments) => {
    const late = story.sees.flatMap((chain) => missingIn(moments, chain) ?? [])
    const wrong = (story.never ?? []).filter((text) => moments.some((one) => textOf(one) === text))
    const problems = [
      ...late.map((text) => `"${text}" is missing or out of order`),
      ...wrong.map((text) => `"${text}" must not come`),
    ]
    const name = `${story.id}, ${WAY_TITLES[way]}`
    if (problems.length === 0) return { fact: `${name}: ${moments.length} events`, holds: true }
    return { fact: `${name}: ${problems.join(', ')}`, holds: false }
  })
}
