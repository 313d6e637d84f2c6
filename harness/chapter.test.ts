// Plans that are made of chapters.

import t from 'tap'
import { type Chapter, planOf } from './chapter.ts'
import { facts } from './facts.ts'
import { PROFILE } from './profile.ts'
import type { Results } from './results.ts'

function chapter(id: string, tools: Chapter['tools'] = {}): Chapter {
  return {
    title: `The ${id}`,
    runs: ({ name }) => [{ id: `${id}.${name}`, labels: {}, measure: async () => facts() }],
    checks: () => [{ row: 'O1.1', title: id, outcome: 'holds', detail: '' }],
    sections: () => [{ kind: 'text', title: id, paragraphs: [] }],
    tools,
  }
}

t.test('a plan has the runs, checks, sections and tools of its chapters, in their order', async (t) => {
  const plan = planOf(
    [chapter('first', { nginx: ['nginx', '-v'] }), chapter('second', { tshark: ['tshark', '-v'] })],
    PROFILE.quick,
  )
  const results = {} as Results
  t.strictSame(
    plan.runs.map(({ id }) => id),
    ['first.quick', 'second.quick'],
  )
  t.strictSame(
    plan.checks(results).map(({ title }) => title),
    ['first', 'second'],
  )
  t.strictSame(
    plan.sections(results).map(({ title }) => title),
    ['first', 'second'],
  )
  t.strictSame(
    plan.sections(results).map(({ part }) => part),
    ['The first', 'The second'],
    'the title of a chapter is the part of its sections',
  )
  t.strictSame(Object.keys(plan.tools ?? {}), ['nginx', 'tshark'])
})
