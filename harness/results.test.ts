// The format of results.json: what it takes, and what it does not.

import t from 'tap'
import { Check } from 'typebox/value'
import { PROFILE } from './profile.ts'
import { type Results, ResultsSchema } from './results.ts'

const RESULTS: Results = {
  format: 1,
  scenario: 'grpc-loadbalancing',
  title: 'Load balancing',
  question: 'Which way spreads calls evenly?',
  profile: PROFILE.quick,
  plan: { runs: ['l4.unary'], rounds: 1 },
  command: 'yard scenario run grpc-loadbalancing --profile quick',
  begun: '2026-11-29T04:00:00Z',
  environment: { cores: '2' },
  runs: [
    {
      ...{
        id: 'l4.unary',
        round: 1,
        labels: { way: 'l4' },
        begun: '2026-11-29T04:00:01Z',
        state: 'measured',
      },
      measured: { seconds: 1, calls: 2, codes: { OK: 2 }, histograms: {}, processes: [], figures: {} },
    },
  ],
  checks: [{ row: 'O4.1', title: 'L4 pins a connection', outcome: 'holds', detail: '2 of 2 calls' }],
}

t.test('results of a scenario fit the schema', async (t) => {
  t.ok(Check(ResultsSchema, RESULTS))
})

t.test('a misspelled field does not', async (t) => {
  t.notOk(Check(ResultsSchema, { ...RESULTS, rounds: 1 }))
  t.notOk(Check(ResultsSchema, { ...RESULTS, runs: [{ ...RESULTS.runs[0], state: 'fine' }] }))
})
