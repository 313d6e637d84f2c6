// Admission control and adaptive concurrency in the document: what is rejected, each with an accepted twin.

import t from 'tap'
import { type Refusal, testRefusals } from '../../../test/support/refusals.ts'

const FILTERS = 'fleets.edge.filters'
const withFilter = (field: string, settings: object) => ({
  'fleets.edge.lb.mode': 'l7',
  [FILTERS]: { [field]: { enabled: true, ...settings } },
})
const admission = (settings: object) => withFilter('admissionControl', settings)
const concurrency = (settings: object) => withFilter('adaptiveConcurrency', settings)

const CASES: readonly Refusal[] = [
  [
    'a window of less than a second, which Envoy would round',
    admission({ window: '500ms' }),
    [`${FILTERS}.admissionControl.window`, /in whole seconds, minutes or hours/],
    admission({ window: '1s' }),
  ],
  [
    'an aggression that Envoy would raise',
    admission({ aggression: 0.5 }),
    [`${FILTERS}.admissionControl.aggression`, /^must be a number from 1 to 100/],
    admission({ aggression: 1 }),
  ],
  [
    'OK as a failure',
    admission({ failures: ['OK'] }),
    [`${FILTERS}.admissionControl.failures[0]`, /^must be a status such as UNAVAILABLE/],
    admission({ failures: ['UNKNOWN'] }),
  ],
  [
    'a least limit above the largest',
    concurrency({ maxConcurrency: 2 }),
    [`${FILTERS}.adaptiveConcurrency.minConcurrency`, /^is 3, more than maxConcurrency, 2: write at most 2/],
    concurrency({ maxConcurrency: 2, minConcurrency: 2 }),
  ],
  [
    'settings of a filter that a rule can only be without',
    {
      ...admission({}),
      'routes.public.rules.echo.filters': { admissionControl: { enabled: true, successRate: 50 } },
    },
    [
      'routes.public.rules.echo.filters.admissionControl.successRate',
      /^unknown field\. .*Use one of: enabled$/,
    ],
    { ...admission({}), 'routes.public.rules.echo.filters': { admissionControl: { enabled: false } } },
  ],
]

testRefusals(t, CASES, (title) => `T17: ${title} is rejected`)
