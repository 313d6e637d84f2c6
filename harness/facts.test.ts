// Results of runs without load.

import t from 'tap'
import { facts } from './facts.ts'
import { MeasuredSchema } from './results.ts'
import { requireValid } from './results-file.ts'

t.test('figures and texts alone are a result that results.json takes', async (t) => {
  const found = facts({ figures: { 'size (bytes)': 3 }, texts: { 'what the client printed': 'a' } })
  t.doesNotThrow(() => requireValid(MeasuredSchema, found, 'no place:'))
  t.match(found, { calls: 0, figures: { 'size (bytes)': 3 }, texts: { 'what the client printed': 'a' } })
})
