// Load reports as events: by node and endpoint, since the event before.

import t from 'tap'
import type { LoadEvent as LoadOfFleet } from '../../api/schemas/events.ts'
import type { LoadEvent, LoadReports } from '../../xds-server/index.ts'
import { loadEvents } from './load-events.ts'

const ENDPOINTS = { b1: { address: '127.0.0.1:7101' }, b2: { address: '127.0.0.1:7102' } }

const counts = (started: number, errors = 0) => ({
  started,
  ok: started - errors,
  errors,
  inProgress: 0,
  metrics: new Map(),
})
const PLACE = { region: '', zone: '', subZone: '', priority: 0 }

/** Made-up reports, and the first event that is published after them. */
function start(t: { teardown: (end: () => void) => void }) {
  const first = Promise.withResolvers<LoadOfFleet>()
  let report: (event: LoadEvent) => void = () => {}
  let time = Date.parse('2026-01-01T00:00:00.000Z')
  const reports = {
    settings: { intervalMs: 2_000 },
    onEvent: (listener: (event: LoadEvent) => void) => {
      report = listener
      return () => {}
    },
  } as unknown as LoadReports
  const stop = loadEvents(
    { publish: (_name, data) => first.resolve(data as LoadOfFleet) },
    {
      reports,
      document: () => ({ upstreams: { echo: { endpoints: ENDPOINTS } }, fleets: { edge: {} } }) as never,
      now: () => time,
    },
  )()
  const alive = setInterval(() => {}, 1_000)
  t.teardown(() => {
    stop()
    clearInterval(alive)
  })
  const say = (node: string, group: string, cluster: string, localities: readonly object[]) =>
    report({ kind: 'reported', node, group, clusters: [{ cluster, localities }] } as unknown as LoadEvent)
  return { say, first: first.promise, later: (ms: number) => (time += ms) }
}

t.test('calls are added up by node and endpoint, with names of the document', async (t) => {
  const { say, first } = start(t)
  const endpoints = [
    { ...counts(4, 1), address: '127.0.0.1:7101' },
    { ...counts(2), address: '127.0.0.1:7102' },
    { ...counts(0), address: '127.0.0.1:7103' },
  ]
  say('edge-1', 'edge', 'echo', [{ ...PLACE, ...counts(6, 1), endpoints }])
  say('edge-1', 'edge', 'echo', [{ ...PLACE, ...counts(6, 1), endpoints }])
  say('edge-2', 'edge', 'xdstp://authority/envoy.config.cluster.v3.Cluster/echo', [
    { ...PLACE, ...counts(5), endpoints: [] },
  ])
  say('edge-2', 'edge', 'xds_cluster', [{ ...PLACE, ...counts(9), endpoints: [] }])
  say('west-1', 'west', 'echo', [{ ...PLACE, ...counts(9), endpoints: [] }])
  t.same(await first, {
    at: '2026-01-01T00:00:00.000Z',
    seconds: 2,
    fleet: 'edge',
    rows: [
      { upstream: 'echo', node: 'edge-1', endpoint: 'b1', address: '127.0.0.1:7101', calls: 8, errors: 2 },
      { upstream: 'echo', node: 'edge-2', calls: 5, errors: 0 },
      { upstream: 'echo', node: 'edge-1', endpoint: 'b2', address: '127.0.0.1:7102', calls: 4, errors: 0 },
    ],
  })
})

t.test('of very many rows, those with the most calls are shown', async (t) => {
  const { say, first } = start(t)
  const endpoints = Array.from({ length: 1_001 }, (_, index) => ({
    ...counts(index + 1),
    address: `10.0.0.1:${index}`,
  }))
  say('edge-1', 'edge', 'echo', [{ ...PLACE, ...counts(1), endpoints }])
  const { truncated, rows } = await first
  t.equal(truncated, true)
  t.equal(rows.length, 1_000)
  t.equal(rows.at(-1)?.calls, 2)
})
