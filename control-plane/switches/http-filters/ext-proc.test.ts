// What of `filters.extProc` Envoy would NACK, with an accepted twin.

import t from 'tap'
import { type Refusal, testRefusals } from '../../../test/support/refusals.ts'

const withTimeout = (timeout: string) => ({
  'fleets.edge.lb.mode': 'l7',
  'fleets.edge.filters': { extProc: { enabled: true, upstream: 'echo', timeout } },
})

const REFUSALS: readonly Refusal[] = [
  [
    'a timeout over an hour',
    withTimeout('61m'),
    ['fleets.edge.filters.extProc.timeout', /is 61m, and Envoy takes at most 1h/],
    withTimeout('1h'),
  ],
]

testRefusals(t, REFUSALS, (title) => `T29: ${title} is rejected`)
