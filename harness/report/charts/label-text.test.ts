// Labels that fit.

import t from 'tap'
import { fc } from '../../../test/support/fast-check.ts'
import { cutText, spreadOut, textWidth, wrapText } from './label-text.ts'

t.test('a text that fits stays as it is, and another is cut with an ellipsis', async (t) => {
  t.equal(cutText('b1', 100, 12), 'b1')
  const cut = cutText('sidecars on both sides with mTLS', 100, 12)
  t.match(cut, /^sidecars.*…$/)
  t.ok(textWidth(cut, 12) <= 100)
})

t.test('a text is wrapped between words, and its last line is cut', async (t) => {
  t.strictSame(wrapText('one two', 500, 12), ['one two'])
  t.strictSame(wrapText('alpha beta', 40, 12), ['alpha', 'beta'])
  t.match(wrapText('alpha beta gamma delta', 50, 12), ['alpha', /^beta.*…$/])
  t.strictSame(wrapText('', 50, 12), [''])
  t.strictSame(wrapText('CV 0.84 %, by 2.2 %', 75, 12), ['CV 0.84 %,', 'by 2.2 %'])
  t.strictSame(wrapText('client_side_weighted', 80, 12), ['client_side_', 'weighted'])
})

t.test('labels that would touch move apart, in their order, and stay inside', async () => {
  fc.assert(
    fc.property(fc.array(fc.double({ min: 0, max: 300, noNaN: true }), { maxLength: 12 }), (places) => {
      const moved = spreadOut(places, 16, 0, 300)
      const sorted = moved.toSorted((a, b) => a - b)
      const apart = sorted.every(
        (place, index) => index === 0 || place - (sorted[index - 1] ?? 0) > 16 - 1e-6,
      )
      const inside = sorted.every((place) => place > -1e-6 && place < 300 + 1e-6)
      const inOrder = places.every((a, i) =>
        places.every((b, k) => a >= b || (moved[i] ?? 0) < (moved[k] ?? 0)),
      )
      return moved.length === places.length && apart && inside && inOrder
    }),
  )
})

t.test('labels that do not touch stay where they are', async (t) => {
  t.strictSame(spreadOut([10, 90, 50], 16, 0, 100), [10, 90, 50])
})

t.test('more labels than there is room for share the room', async (t) => {
  t.strictSame(spreadOut([5, 5, 5], 100, 0, 100), [0, 50, 100])
})
