// Outlier detection: the detectors in effect, times that fit each other, and what gRPC clients do not look at.

import t from 'tap'
import { inEffect } from './defaults.ts'
import { outlierDetection } from './outlier-detection.ts'

type Written = Parameters<NonNullable<typeof outlierDetection.problems>>[0]

const clusterOf = (written: Written) =>
  outlierDetection.toCluster?.(inEffect(outlierDetection.schema, written) as never, {})

t.test('T7: each detector says whether it holds, by default as in Envoy', async (t) => {
  t.match(clusterOf({ enabled: true }), {
    outlierDetection: {
      enforcingConsecutive5xx: 100,
      consecutive5xx: 5,
      enforcingSuccessRate: 100,
      successRateStdevFactor: 1900,
      enforcingFailurePercentage: 0,
      maxEjectionPercent: 10,
    },
  })
  const written = { enabled: true, successRate: { enabled: false, deviations: 1.5 } }
  t.match(clusterOf(written), {
    outlierDetection: { enforcingSuccessRate: 0, successRateStdevFactor: 1500, successRateMinimumHosts: 5 },
  })
  t.same(clusterOf({ enabled: false }), {}, 'off')
  const apart = { enabled: true, localOrigin: { enabled: true }, successRate: { enabled: false } }
  t.match(clusterOf(apart), {
    outlierDetection: {
      splitExternalLocalOriginErrors: true,
      consecutiveLocalOriginFailure: 5,
      enforcingLocalOriginSuccessRate: 0,
    },
  })
})

t.test('T7: the longest ejection cannot be shorter than the first one', async (t) => {
  const problems = (written: Omit<Written, 'enabled'>) => [
    ...(outlierDetection.problems?.({ enabled: true, ...written }, { jwt: {} }) ?? []),
  ]
  t.same(problems({ baseEjection: '5m' }), [], 'the accepted twin')
  t.same(problems({ baseEjection: '6m' }), [
    {
      steps: ['maxEjection'],
      message: 'is 5m, which is less than baseEjection, 6m: write at least 6m',
    },
  ])
  t.match(problems({ maxEjection: '29s' }), [{ message: /^is 29s, which is less than baseEjection, 30s/ }])
})

t.test('P11: gRPC clients do not count failed calls in a row', async (t) => {
  const unsupported = (written: Written) =>
    (outlierDetection.unsupportedBy?.(written, { policy: 'round_robin' }) ?? []).map(({ steps }) => steps)
  t.same(unsupported({ enabled: true, successRate: { enabled: true } }), [])
  const found = unsupported({ enabled: true, consecutive5xx: { enabled: true } })
  t.same([...new Set(found.map((steps) => steps?.join()))], ['consecutive5xx'])
  t.same(unsupported({ enabled: true, consecutive5xx: { enabled: false } }), [], 'off')
  const apart = { enabled: true, consecutiveGateway: { enabled: true }, localOrigin: { enabled: true } }
  t.same(
    [...new Set(unsupported(apart).map((steps) => steps?.join()))],
    ['consecutiveGateway', 'localOrigin'],
  )
})
