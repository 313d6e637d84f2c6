// Checks and sections of results.

import t from 'tap'
import { checksOf, sectionsOf } from './evaluate.ts'
import type { Section } from './report/section.ts'
import type { Results } from './results.ts'
import type { Plan } from './scenario.ts'

const RESULTS = {} as Results
const NOTHING: Plan = { runs: [], checks: () => [], sections: () => [] }

t.test('sections that show nothing are left out', async (t) => {
  const empty: readonly Section[] = [
    { kind: 'table', title: 'a table', columns: [], rows: [] },
    { kind: 'curves', title: 'latencies', curves: [] },
    { kind: 'bars', title: 'costs', unit: 'ms', bars: [] },
    { kind: 'bytes', title: 'messages', messages: [] },
  ]
  const text: Section = { kind: 'text', title: 'what it means', paragraphs: ['Nothing yet.'] }
  t.strictSame(sectionsOf({ ...NOTHING, sections: () => [...empty, text] }, RESULTS), [text])
})

t.test('what a scenario throws fails a check, or is a section, and loses nothing else', async (t) => {
  const fail = () => {
    throw new Error('there is no round')
  }
  t.match(checksOf({ ...NOTHING, checks: fail }, RESULTS), [
    { outcome: 'fails', detail: 'there is no round' },
  ])
  t.match(sectionsOf({ ...NOTHING, sections: fail }, RESULTS), [
    { kind: 'text', paragraphs: [/there is no round$/] },
  ])
})
