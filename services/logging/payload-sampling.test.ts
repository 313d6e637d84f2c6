// The same calls on all sides, and as many as the share says.

import { randomBytes } from 'node:crypto'
import t from 'tap'
import { isSampled } from './payload-sampling.ts'

t.test('O5.9: a share of the traces is sampled', async (t) => {
  const calls = 20_000
  for (const share of [0.01, 0.25]) {
    const sampled = Array.from({ length: calls }, () =>
      isSampled(share, randomBytes(16).toString('hex')),
    ).filter(Boolean)
    // Six standard deviations of a binomial count: by chance, one run in a thousand million fails.
    const tolerance = 6 * Math.sqrt(calls * share * (1 - share))
    t.ok(Math.abs(sampled.length - calls * share) < tolerance, `${sampled.length} of ${calls} at ${share}`)
  }
})

t.test('O5.9: all sides choose the same calls, and a smaller share is a part of a larger', async (t) => {
  const ids = Array.from({ length: 1_000 }, () => randomBytes(16).toString('hex'))
  const chosen = (share: number) => ids.filter((id) => isSampled(share, id))
  t.same(chosen(0.3), chosen(0.3))
  t.ok(chosen(0.1).every((id) => isSampled(0.3, id)))
})

t.test(
  'O5.9: a share of 0 samples no call and one of 1 all calls, and without a trace chance decides',
  async (t) => {
    for (const id of ['0'.repeat(32), 'f'.repeat(32), undefined]) {
      t.notOk(isSampled(0, id))
      t.ok(isSampled(1, id))
    }
    t.ok(isSampled(0.5, undefined, () => 0.49))
    t.notOk(isSampled(0.5, undefined, () => 0.5))
  },
)
