// Whether calls are spread evenly, and whether chance explains that they are not.

import t from 'tap'
import { fc } from '../../../test/support/fast-check.ts'
import { byName, readShares, variationText } from './share-reading.ts'

t.test('O4.1: a connection on one backend reads so', async (t) => {
  const reading = readShares({ b1: 0, b2: 4000, b3: 0 })
  t.equal(reading.words, 'all calls on b2')
  t.match(reading.variation, Math.SQRT2)
})

t.test('O4.9: what random picks explain is as even as chance allows, and more is uneven', async (t) => {
  t.equal(readShares({ b1: 1030, b2: 990, b3: 980 }).verdict, 'as even as chance allows')
  const uneven = readShares({ b1: 1500, b2: 750, b3: 750 })
  t.equal(uneven.verdict, 'uneven')
  t.equal(uneven.words, 'uneven: 0.75× to 1.5× of even')
})

t.test('O4.6: round robin is more even than chance', async (t) => {
  t.equal(readShares({ b1: 1334, b2: 1333, b3: 1333 }).verdict, 'more even than chance')
})

t.test('the limits are two and six standard deviations of χ² above its mean', async (t) => {
  // Two backends, 10,000 calls: χ² has one degree of freedom, so the limits are 1 + 2·√2 ≈ 3.83 and 1 + 6·√2 ≈ 9.49,
  // which are 98 and 154 calls apart from even.
  t.equal(readShares({ b1: 5097, b2: 4903 }).verdict, 'as even as chance allows')
  t.equal(readShares({ b1: 5099, b2: 4901 }).words, 'perhaps uneven: too few calls')
  t.equal(readShares({ b1: 5153, b2: 4847 }).verdict, 'unsure')
  t.equal(readShares({ b1: 5155, b2: 4845 }).verdict, 'uneven')
})

t.test('backends that got nothing are named or counted', async (t) => {
  t.equal(readShares({ b1: 500, b2: 500, b3: 0 }).words, 'b3 got none')
  t.equal(readShares({ b1: 500, b2: 500, b3: 0, b4: 0 }).words, '2 of 4 got none')
})

t.test('shares are compared with weights, if there are some', async (t) => {
  const weights = { b1: 3, b2: 1 }
  t.equal(readShares({ b1: 3000, b2: 1000 }, weights).verdict, 'more even than chance')
  t.equal(readShares({ b1: 2000, b2: 2000 }, weights).verdict, 'uneven')
  t.equal(
    readShares({ b1: 999, b2: 1, gone: 0 }, { b1: 1, b2: 1, gone: 0 }).words,
    'uneven: 0.0020× to 2.0× of even',
  )
  t.equal(readShares({ b1: 10, b2: 10, gone: 5 }, { b1: 1, b2: 1, gone: 0 }).words, 'gone should have none')
})

t.test('no calls, no backends and one backend are no error', async (t) => {
  t.equal(readShares({}).verdict, 'no calls')
  t.equal(variationText(readShares({ b1: 0 })), 'no calls')
  t.equal(readShares({ b1: 7 }).verdict, 'as even as chance allows')
})

t.test('the variation is the coefficient of variation of the calls', async () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 5000 }), { minLength: 2, maxLength: 12 }), (calls) => {
      const mean = calls.reduce((sum, one) => sum + one, 0) / calls.length
      const square = calls.reduce((sum, one) => sum + (one - mean) ** 2, 0) / calls.length
      const { variation } = readShares(Object.fromEntries(calls.map((one, index) => [`b${index}`, one])))
      return Math.abs(variation - Math.sqrt(square) / mean) < 1e-9
    }),
  )
})

t.test('b2 stands before b10', async (t) => {
  t.strictSame(['b10', 'b2'].toSorted(byName), ['b2', 'b10'])
})
