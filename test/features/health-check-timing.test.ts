// `healthCheck.intervals`, `jitter` and `eventLog` with real checks: how often an endpoint is asked, and which lines Envoy writes.

import { watch } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { callEcho } from '../support/call-echo.ts'
import { connectEcho, startEdge, untilHealth } from '../support/edge.ts'
import { type ProbedEndpoint, startProbedEndpoint } from '../support/probed-endpoint.ts'
import { repeatUntil } from '../support/repeat-until.ts'
import { requireTool } from '../support/requirements.ts'
import { testFolder } from '../support/test-folder.ts'

const OFTEN = { enabled: true, interval: '10ms', timeout: '5s', unhealthy: 2, healthy: 2 }
const NEVER = '1h'
/** Checks of the twin, while an endpoint that waits for an hour is not asked. */
const MANY = 20

/** A rule to each upstream: what no rule names is not served. */
const rulesTo = (...upstreams: readonly string[]) =>
  Object.fromEntries(
    upstreams.map((name) => [name, { match: { headers: { 'x-to': name } }, to: { [name]: 1 } }]),
  )
const upstreamOf = ({ address }: ProbedEndpoint, healthCheck: object) => ({
  endpoints: { only: { address } },
  healthCheck,
})

/** Two upstreams with one endpoint each: one with the settings, one without. */
async function startTwins(t: Test, settings: object) {
  const [slow, quick] = [await startProbedEndpoint(t, 'slow'), await startProbedEndpoint(t, 'quick')]
  const upstreams = { slow: upstreamOf(slow, { ...OFTEN, ...settings }), quick: upstreamOf(quick, OFTEN) }
  const edge = await startEdge(t, { upstreams, rules: rulesTo('slow', 'quick') })
  const callBoth = async () => {
    const to = (index: number) => ({ 'x-to': index === 0 ? 'slow' : 'quick' })
    await callEcho(connectEcho(t, edge.address), { count: 2, headers: to })
  }
  const setHealthy = (isHealthy: boolean) => {
    for (const endpoint of [slow, quick]) endpoint.setHealthy(isHealthy)
  }
  return { slow, quick, edge, callBoth, setHealthy }
}

for (const interval of ['noTraffic', 'noTrafficHealthy']) {
  t.test(`T6: an upstream without calls is checked at \`${interval}\``, async (t) => {
    if (!requireTool(t, 'envoy')) return
    const { slow, quick, callBoth } = await startTwins(t, { intervals: { [interval]: NEVER } })
    // The first good check changes the health, so that the next one is not yet that of a healthy endpoint.
    const first = interval === 'noTraffic' ? 1 : 2
    await quick.further(MANY)
    t.ok(slow.probes.length <= first, `${slow.probes.length} checks`)
    await callBoth()
    await quick.further(MANY)
    t.ok(slow.probes.length <= first, 'the next check is due in an hour even after a call')
  })
}

t.test('T6: an endpoint that fails its checks is asked at `unhealthy`', async (t) => {
  if (!requireTool(t, 'envoy')) return
  const { slow, quick, edge, callBoth, setHealthy } = await startTwins(t, {
    intervals: { unhealthy: NEVER, unhealthyEdge: '10ms' },
  })
  await callBoth()
  setHealthy(false)
  await untilHealth(edge, slow.address, false)
  const before = slow.probes.length
  await quick.further(MANY)
  t.equal(slow.probes.length, before)
})

t.test('T6: after a first failed check, the next one comes at `unhealthyEdge`', async (t) => {
  if (!requireTool(t, 'envoy')) return
  const { slow, quick, edge, callBoth } = await startTwins(t, {
    intervals: { unhealthyEdge: NEVER },
  })
  await callBoth()
  await slow.further(3)
  for (const endpoint of [slow, quick]) endpoint.vanish()
  await untilHealth(edge, quick.address, false)
  const before = slow.probes.length
  await quick.further(MANY)
  t.ok(slow.probes.length <= before + 1, `${slow.probes.length - before} further checks`)
  // Envoy counts only checks without an answer, and one of two is not enough.
  await untilHealth(edge, slow.address, true)
})

t.test('T6: after a first good check, the next one comes at `healthyEdge`', async (t) => {
  if (!requireTool(t, 'envoy')) return
  const { slow, quick, edge, callBoth, setHealthy } = await startTwins(t, {
    intervals: { healthyEdge: NEVER },
  })
  await callBoth()
  setHealthy(false)
  await untilHealth(edge, slow.address, false)
  await untilHealth(edge, quick.address, false)
  setHealthy(true)
  await untilHealth(edge, quick.address, true)
  const before = slow.probes.length
  await quick.further(MANY)
  t.ok(slow.probes.length <= before + 1, `${slow.probes.length - before} further checks`)
  await untilHealth(edge, slow.address, false)
})

t.test('T6: `jitter.initial` puts the first check of an endpoint off', async (t) => {
  if (!requireTool(t, 'envoy')) return
  // The chance that this random time is below a minute is one in 59 million.
  const jitter = { initial: '990000h' }
  const [slow, quick] = [await startProbedEndpoint(t, 'slow'), await startProbedEndpoint(t, 'quick')]
  const upstreams = (isThere: boolean) => ({
    slow: { ...upstreamOf(slow, { ...OFTEN, jitter }), ...(!isThere && { endpoints: {} }) },
    quick: { ...upstreamOf(quick, OFTEN), ...(!isThere && { endpoints: {} }) },
  })
  // A cluster warms until its endpoints have had their first check, but endpoints may come later.
  const rules = rulesTo('slow', 'quick')
  const edge = await startEdge(t, { upstreams: upstreams(false), rules })
  await edge.serve({ upstreams: upstreams(true), rules })
  await quick.further(MANY)
  t.same(slow.probes, [])
})

t.test('T6: `jitter.percent` adds up to as much to each interval', async (t) => {
  if (!requireTool(t, 'envoy')) return
  const checks = 150
  const endpoints = await Promise.all(['jitter', 'twin', 'clock'].map((id) => startProbedEndpoint(t, id)))
  const [jitter, twin, clock] = endpoints as [ProbedEndpoint, ProbedEndpoint, ProbedEndpoint]
  const upstreams = (intervalMs = 0) => {
    const upstream = (endpoint: ProbedEndpoint, more: object = {}) => ({
      ...upstreamOf(endpoint, { ...OFTEN, interval: `${intervalMs || 10}ms`, ...more }),
      ...(intervalMs === 0 && { endpoints: {} }),
    })
    return {
      clock: upstream(clock),
      jitter: upstream(jitter, { jitter: { percent: 100 } }),
      twin: upstream(twin),
    }
  }
  const rules = rulesTo('clock', 'jitter', 'twin')
  const edge = await startEdge(t, { upstreams: upstreams(), rules })
  /** How many intervals are added to each, by the time that the clock takes. */
  const added = async (intervalMs: number) => {
    await edge.serve({ upstreams: upstreams(intervalMs), rules })
    const [begun, ...before] = [performance.now(), jitter.probes.length, twin.probes.length]
    await clock.further(checks)
    const tookMs = performance.now() - begun
    const [ofJitter = 0, ofTwin = 0] = [jitter, twin].map(({ probes }, index) => {
      const further = probes.length - (before[index] ?? 0)
      return (tookMs / further - tookMs / checks) / intervalMs
    })
    await edge.serve({ upstreams: upstreams(), rules })
    return { ofJitter, ofTwin }
  }
  // Half an interval on average, with a standard deviation of 0.29 for each: over 100 checks, 0.2 less are more than six of them. What
  // a busy machine adds to each check, it adds to those of the clock too, but not the same: then with longer intervals.
  const { ofJitter, ofTwin } = await repeatUntil(
    (longer) => added(40 * longer),
    (one) => one.ofJitter > 0.3 && one.ofJitter < 1 && one.ofTwin < 0.3,
  )
  t.pass(`${ofJitter.toFixed(2)} intervals are added to each, and ${ofTwin.toFixed(2)} to those of the twin`)
})

/** The lines of a file, once one of them matches. */
async function linesUntil(folder: string, name: string, pattern: RegExp): Promise<string[]> {
  let changed = Promise.withResolvers<void>()
  const watcher = watch(folder, () => changed.resolve())
  try {
    for (;;) {
      changed = Promise.withResolvers()
      const text = await readFile(join(folder, name), 'utf8').catch(() => '')
      const lines = text.split('\n').slice(0, -1)
      if (lines.some((line) => pattern.test(line))) return lines
      await changed.promise
    }
  } finally {
    watcher.close()
  }
}

t.test(
  'T6: `eventLog` writes a line when the health changes, and one for each check if it is asked to',
  async (t) => {
    if (!requireTool(t, 'envoy')) return
    const folder = testFolder(t)
    const logged = [
      ['changes', {}],
      ['failures', { failures: true }],
      ['successes', { successes: true }],
    ] as const
    const endpoint = await startProbedEndpoint(t, 'b1')
    const upstreams = Object.fromEntries(
      logged.map(([name, which]) => [
        name,
        upstreamOf(endpoint, { ...OFTEN, eventLog: { path: join(folder, `${name}.log`), ...which } }),
      ]),
    )
    await startEdge(t, { upstreams, rules: rulesTo(...Object.keys(upstreams)) })
    await endpoint.further(MANY)
    endpoint.setHealthy(false)
    await endpoint.further(10 * MANY)
    endpoint.setHealthy(true)
    await endpoint.further(10 * MANY)
    const [changes = [], failures = [], successes = []] = await Promise.all(
      logged.map(([name]) => linesUntil(folder, `${name}.log`, /"add_healthy_event":\{"first_check":false/)),
    )
    const countOf = (lines: readonly string[], event: string) =>
      lines.filter((line) => line.includes(`"${event}":`)).length
    t.match(JSON.parse(changes[0] ?? ''), { health_checker_type: 'GRPC', cluster_name: 'changes' })
    t.equal(countOf(changes, 'eject_unhealthy_event'), 1)
    t.ok(countOf(failures, 'health_check_failure_event') > 2, 'each that fails')
    t.ok(countOf(successes, 'successful_health_check_event') > 2, 'each good one')
    t.equal(countOf(changes, 'successful_health_check_event'), 0, 'none by default')
    t.ok(countOf(changes, 'health_check_failure_event') <= 2)
  },
)
