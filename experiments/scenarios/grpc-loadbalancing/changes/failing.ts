// A backend that dies, one that fails its calls, and one that gets slow: who notices, how soon, and what it costs until then.

import type { Change } from './change.ts'
import { markedAt, TIME_TO_NO_FAILURE, TIME_TO_RETURN, timeToNone } from './figures.ts'

const SICK = 'b2'
const DEAD = 'b2 killed'
const FAILS = 'b2 fails'
const SLOW = 'b2 slow'
const WELL = 'b2 well'
const BACK = 'b2 back'

/** Often enough for a short run. In production, every look costs each backend a call. */
const HEALTH_CHECK = { enabled: true, interval: '200ms', timeout: '1s', unhealthy: 1, healthy: 1 }
const OUTLIERS = { enabled: true, interval: '100ms', successRate: { enabled: false } }
/** Nobody waits for its end. */
const FOR_GOOD = { baseEjection: '1h', maxEjection: '1h' }
const FOR_A_WHILE = { baseEjection: '1s', maxEjection: '1s' }

const dies = {
  play: async (stage) => {
    await stage.phase('before')
    const { address } = stage.backends.get(SICK)
    stage.mark(DEAD)
    await stage.backends.kill(SICK)
    if (await stage.untilOut(address, true)) {
      stage.mark('b2 out')
      await stage.untilNoFailure()
    }
    await stage.phase('in the end')
  },
  figures: (measured) => ({ [TIME_TO_NO_FAILURE]: timeToNone(measured, 'failed', DEAD) }),
} satisfies Partial<Change>

const DETECTION = {
  ways: ['envoy-l7-round-robin', 'envoy-l7-least-request'],
  healthCheck: { healthCheck: HEALTH_CHECK },
  outliers: { outlierDetection: { ...OUTLIERS, ...FOR_GOOD } },
}

export const DEATHS: readonly Change[] = [
  {
    ...dies,
    id: 'death',
    title: 'a backend dies, without health checks',
    ways: [
      ...['envoy-l4', 'envoy-l7-round-robin', 'envoy-l7-least-request'],
      ...['dns-round-robin', 'xds-node', 'nginx-keep-alive', 'haproxy-roundrobin'],
    ],
    // Without an Envoy that would say it, the calls alone show it.
    play: async (stage) => {
      await stage.phase('before')
      stage.mark(DEAD)
      await stage.backends.kill(SICK)
      await stage.phase('in the end')
    },
  },
  {
    ...dies,
    id: 'death-health-check',
    title: 'a backend dies, with health checks',
    // At L4, the few connections that meet a dead backend are no outliers.
    ways: ['envoy-l4', ...DETECTION.ways],
    upstream: DETECTION.healthCheck,
  },
  {
    ...dies,
    id: 'death-outlier-detection',
    title: 'a backend dies, with outlier detection',
    ways: DETECTION.ways,
    upstream: DETECTION.outliers,
  },
]

const FAILURE = { latencyMs: 0, failPercent: 100 }
const FAILURE_WAYS = ['envoy-l7-round-robin']

export const FAILURES: readonly Change[] = [
  {
    id: 'failure',
    title: 'a backend fails its calls, without outlier detection',
    ways: [...FAILURE_WAYS, 'xds-node'],
    play: async (stage) => {
      await stage.phase('before')
      await stage.backends.get(SICK).behave(FAILURE)
      stage.mark(FAILS)
      await stage.phase('while it fails')
      await stage.backends.get(SICK).behave({ ...FAILURE, failPercent: 0 })
      stage.mark(WELL)
      await stage.phase('in the end')
    },
  },
  {
    id: 'failure-outlier-detection',
    title: 'a backend fails its calls, with outlier detection',
    ways: FAILURE_WAYS,
    upstream: { outlierDetection: { ...OUTLIERS, ...FOR_A_WHILE } },
    play: async (stage) => {
      await stage.phase('before')
      const { address } = stage.backends.get(SICK)
      await stage.backends.get(SICK).behave(FAILURE)
      stage.mark(FAILS)
      if (await stage.untilOut(address, true)) stage.mark('b2 ejected')
      await stage.phase('while it fails')
      await stage.backends.get(SICK).behave({ ...FAILURE, failPercent: 0 })
      stage.mark(WELL)
      await stage.untilAnswers(SICK)
      stage.mark(BACK)
      await stage.phase('in the end')
    },
    figures: (measured) => ({ [TIME_TO_RETURN]: timeBetween(measured, WELL, BACK) }),
  },
]

/** Long enough that calls pile up there, also on a machine where every backend is slow. */
export const SLOW_MS = 100

export const SLOWNESS: Change = {
  id: 'slowness',
  title: `a backend gets ${SLOW_MS} ms slower`,
  ways: [
    ...['envoy-l4', 'envoy-l7-round-robin', 'envoy-l7-least-request', 'xds-node'],
    ...['nginx-keep-alive', 'haproxy-roundrobin'],
  ],
  play: async (stage) => {
    await stage.phase('before')
    await stage.backends.get(SICK).behave({ latencyMs: SLOW_MS, failPercent: 0 })
    stage.mark(SLOW)
    await stage.phase('in the end')
  },
}

type Measured = Parameters<typeof markedAt>[0]

function timeBetween(measured: Measured, from: string, to: string): number | undefined {
  const [begin, end] = [markedAt(measured, from), markedAt(measured, to)]
  return begin === undefined || end === undefined ? undefined : end - begin
}
