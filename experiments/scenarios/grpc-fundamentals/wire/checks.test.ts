// The checks of the chapter hold for what is measured here, and fail for what must not be.

import t from 'tap'
import { facts } from '../../../../harness/facts.ts'
import type { Measured, Results } from '../../../../harness/results.ts'
import { madeResults } from '../../../../test/support/made-results.ts'
import { type Apart, measureApart } from './apart.ts'
import { wireChecks } from './checks.ts'
import { wireSections } from './sections.ts'
import { measureSizes, sizeFigure } from './sizes.ts'

function resultsOf(run: string, measured: Measured): Results {
  return {
    ...madeResults({ rounds: 1, calls: 1 }),
    runs: [{ id: `wire.${run}`, round: 1, labels: {}, begun: '', state: 'measured', measured }],
  }
}

const outcomes = (results: Results) =>
  wireChecks(results).flatMap(({ outcome }) => (outcome === 'not measured' ? [] : [outcome]))

t.test('O1.2, O1.3: without results, nothing is measured, and the sections say so', async (t) => {
  const none = { ...resultsOf('sizes', facts()), runs: [] }
  t.strictSame(outcomes(none), [])
  t.ok(wireSections(none).length > 5)
})

t.test('O1.2: what is taken apart in a run is understood, and a byte that nobody reads fails', async (t) => {
  const measured = await measureApart()
  t.strictSame(outcomes(resultsOf('apart', measured)), ['holds'])
  const apart = JSON.parse(measured.texts?.apart ?? '') as Apart
  t.equal(apart.frames.length, 3, 'a plain frame, a compressed one, and its message')
  const [first, ...others] = apart.messages
  const cut = { ...apart, messages: [{ ...first, pieces: first?.pieces.slice(1) }, ...others] }
  t.strictSame(outcomes(resultsOf('apart', facts({ texts: { apart: JSON.stringify(cut) } }))), ['fails'])
})

t.test('O1.2: other bytes of a schema fail; of a message, only other fields do', async (t) => {
  const schema = { schema: 'a', bufBytes: 2, protocBytes: 2 }
  const ofSchemas = (same: boolean) =>
    resultsOf('compilers', facts({ texts: { schemas: JSON.stringify([{ ...schema, same }]) } }))
  t.strictSame(outcomes(ofSchemas(true)), ['holds'])
  t.strictSame(outcomes(ofSchemas(false)), ['fails'])
  const ofMessage = (message: string, other: string) => {
    const messages = [{ message, bytes: 4, hex: '08011002', other: { protoc: other } }]
    return outcomes(resultsOf('compilers', facts({ texts: { messages: JSON.stringify(messages) } })))
  }
  t.strictSame(ofMessage('an order', '10020801'), ['holds'], 'another order')
  t.strictSame(ofMessage('an order', '10030801'), ['fails'], 'another value')
  t.strictSame(ofMessage('every kind', '10020801'), ['holds', 'fails'], 'not even another order')
})

t.test('O1.3: sizes hold as they are, and fail if protobuf takes more than JSON', async (t) => {
  const measured = measureSizes()
  t.strictSame(outcomes(resultsOf('sizes', measured)), ['holds', 'holds', 'holds', 'holds'])
  const worse = { ...measured.figures, [sizeFigure('negative-sint32', 'protobuf')]: 50 }
  t.strictSame(outcomes(resultsOf('sizes', facts({ figures: worse }))), ['fails', 'fails', 'holds', 'holds'])
})
