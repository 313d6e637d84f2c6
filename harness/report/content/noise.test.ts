// Which runs are noisy.

import t from 'tap'
import { madeResults } from '../../../test/support/made-results.ts'
import { noisyRuns } from './noise.ts'
import { summarizeRuns } from './run-figures.ts'

const steady = madeResults({ calls: 2000 })
const [slow, fast] = ['sidecars.unary.1-connections', 'pick-first.unary.1-connections'].map((id) =>
  steady.runs.flatMap((run) => (run.id === id ? (run.measured ?? []) : [])),
)

t.test('runs with steady rounds are not noisy', async (t) => {
  t.strictSame(noisyRuns(summarizeRuns(steady)), [])
})

t.test('a run whose rounds differ is named, with how much', async (t) => {
  const rounds = [...(slow?.slice(0, 2) ?? []), ...(fast?.slice(0, 3) ?? [])]
  const runs = rounds.map((measured, index) => ({
    ...{ id: 'a', round: index + 1, labels: {}, begun: '', state: 'measured' as const, measured },
  }))
  t.match(noisyRuns(summarizeRuns({ ...steady, runs })), [
    /^The median latency of 1 run of 1 varies over the rounds by more than 10 % .*: `a` by \d+ %\./,
  ])
})

t.test('one round has no noise that could be known', async (t) => {
  t.strictSame(
    noisyRuns(summarizeRuns({ ...steady, runs: steady.runs.filter(({ round }) => round === 1) })),
    [],
  )
})
