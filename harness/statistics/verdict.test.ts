// Verdicts of two configurations by their rounds.

import t from 'tap'
import { compareRounds, describeVerdict } from './verdict.ts'

const STEADY = [100, 101, 99, 100.5, 99.5]
const times = (values: readonly number[], factor: number) => values.map((value) => value * factor)

t.test('rounds that are apart are different, with direction and ratio', async (t) => {
  const verdict = compareRounds(STEADY, times(STEADY, 1.5))
  t.match(verdict, { outcome: 'different', ratio: 1.5, direction: 'higher' })
  t.equal(describeVerdict(verdict), 'different (p = 0.008): 1.50 times as high')
  t.match(compareRounds(times(STEADY, 2), STEADY), { outcome: 'different', ratio: 0.5, direction: 'lower' })
})

t.test('steady rounds that overlap are not distinguishable', async (t) => {
  const verdict = compareRounds(STEADY, times(STEADY, 1.001))
  t.equal(verdict.outcome, 'not distinguishable')
  t.match(describeVerdict(verdict), /^not distinguishable \(p = 0\.\d{3}\)$/)
})

t.test(
  'rounds that vary too much do not pass for the same; that they are different can still be seen',
  async (t) => {
    const noisy = [60, 140, 100, 80, 120]
    const verdict = compareRounds(STEADY, noisy)
    t.equal(verdict.outcome, 'too noisy')
    t.equal(describeVerdict(verdict), 'too noisy (rounds vary by 32 %)')
    t.equal(compareRounds(STEADY, times(noisy, 10)).outcome, 'different')
    t.equal(compareRounds(STEADY, noisy, { noisyVariation: 0.4 }).outcome, 'not distinguishable')
  },
)

t.test('three rounds are too few, four are enough, and a stricter level needs more', async (t) => {
  const far = times(STEADY, 10)
  t.equal(compareRounds(STEADY.slice(0, 3), far.slice(0, 3)).outcome, 'too few rounds')
  t.equal(describeVerdict(compareRounds([1], [2])), 'too few rounds')
  t.equal(compareRounds(STEADY.slice(0, 4), far.slice(0, 4)).outcome, 'different')
  t.equal(compareRounds(STEADY.slice(0, 4), far.slice(0, 4), { alpha: 0.01 }).outcome, 'too few rounds')
  t.equal(compareRounds(STEADY, far, { alpha: 0.01 }).outcome, 'different')
})
