// `yard explain` names the row and the guide of a switch, as the rows have them.

import { readFileSync } from 'node:fs'
import t from 'tap'
import { guideOf } from '../../cli/verbs/explain/field-guide.ts'
import { FIELD_GUIDES_FILE, fieldGuides } from './field-guides.ts'

t.test('the file of guides is up to date', async (t) => {
  const file = readFileSync(new URL(`../../${FIELD_GUIDES_FILE}`, import.meta.url), 'utf8')
  t.equal(file, fieldGuides(), 'if not, run: npm run docs')
})

t.test('a field has the guide of the switch that it is in; a field of no switch has none', async (t) => {
  t.equal(guideOf('upstreams.*.healthCheck')?.row, 'T6')
  t.equal(guideOf('upstreams.*.outlierDetection.consecutive5xx.count')?.row, 'T7')
  t.match(guideOf('routes.*.rules.*.hedging.delay'), { row: 'T10', guide: /^docs\/guides\/.*\.md#/ })
  t.equal(guideOf('upstreams.*'), undefined)
})
