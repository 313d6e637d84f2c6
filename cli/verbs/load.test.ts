// `yard load`: the table, and what is counted while it watches.

import t from 'tap'
import type { Load } from '../../api/schemas/load.ts'
import { clusterStats, endpointStats, LoadClient, localityStats } from '../../test/support/load-client.ts'
import { sampleWith } from '../../test/support/sample-config.ts'
import { connectTo, nodeOf } from '../../test/support/xds-client.ts'
import { startYardAndControlPlane } from '../../test/support/yard-and-control-plane.ts'
import { spawnYard } from '../../test/support/yard-process.ts'
import { loadSince } from './load-since.ts'
import { renderLoad } from './render-load.ts'

const CALLS = { started: 0, ok: 0, errors: 0, inProgress: 0, perSecond: 0 }
const PLACE = { locality: { region: '', zone: '', subZone: '' }, priority: 0 }

/** Two backends and a locality. */
function loadOf(b1: number, b2: number, since = '2026-01-01T00:00:00.000Z'): Load {
  const all = b1 + b2 + 10
  const rowOf = (started: number) => ({
    ...PLACE,
    calls: { ...CALLS, started, perSecond: 1.25 },
    share: started / all,
    metrics: {},
  })
  return {
    since,
    intervalMs: 10_000,
    upstreams: [
      {
        fleet: 'edge',
        upstream: 'echo',
        calls: { ...CALLS, started: all },
        dropped: { calls: 1, categories: {} },
        localities: [],
        backends: [
          {
            endpoint: 'b1',
            address: '127.0.0.1:7101',
            ...rowOf(b1),
            metrics: { cpu_utilization: { calls: 1, mean: 0.5, latest: 0.615 } },
          },
          { address: '10.0.0.1:1', ...rowOf(b2), calls: { ...CALLS, started: b2, errors: 2, inProgress: 3 } },
          { ...rowOf(10), locality: { region: 'eu', zone: 'a', subZone: '' } },
        ],
      },
    ],
    nodes: [
      { id: 'edge-1', fleet: 'edge', streams: 1, calls: CALLS },
      { id: 'edge-2', fleet: 'edge', streams: 0, calls: CALLS },
    ],
  }
}

t.test(
  'P23: the table has a row for each backend, and one for what is reported by locality only',
  async (t) => {
    const lines = renderLoad(loadOf(60, 30)).split('\n')
    t.match(lines[0], /since 2026-01-01T00:00:00\.000Z, reported every 10 s by 1 node$/)
    t.match(lines[3], /^ {2}edge {3}echo +b1 +60 +60\.0 % +1\.3 +0 +0 +62 %$/)
    t.match(lines[4], /^ {2}edge {3}echo +10\.0\.0\.1:1 +30 +30\.0 % +0\.0 +2 +3$/)
    t.match(lines[5], /^ {2}edge {3}echo +\(all in eu\/a\) +10 +10\.0 % +1\.3 +0 +0$/)
    t.match(lines.at(-1), /edge rejected 1 call to echo: a limit was reached/)
    t.match(renderLoad({ ...loadOf(1, 1), truncated: true }), /too many endpoints/)
    t.match(renderLoad({ ...loadOf(1, 1), upstreams: [] }), /no node has reported an upstream/)
  },
)

t.test('P23: a watch counts the calls since it began, and all of them after a restart', async (t) => {
  const [upstream] = loadSince(loadOf(60, 30), loadOf(90, 40)).upstreams
  t.equal(upstream?.calls.started, 40)
  t.same(
    upstream?.backends.map(({ calls, share }) => [calls.started, share]),
    [
      [30, 0.75],
      [10, 0.25],
      [0, 0],
    ],
  )
  t.equal(upstream?.dropped.calls, 0)
  const restarted = loadOf(3, 4, '2026-01-02T00:00:00.000Z')
  t.same(loadSince(loadOf(60, 30), restarted), restarted)
})

t.test('P23: yard load prints what nodes have reported', async (t) => {
  const { yard, xdsAddress, rest, adminUrl } = await startYardAndControlPlane(t, sampleWith({}), {
    loadIntervalMs: 100,
  })
  t.match((await yard(t, 'load')).stdout, /reported every 0\.1 s by 0 nodes\n\n {2}no calls/)
  const client = new LoadClient(connectTo(t, xdsAddress))
  client.send({ node: nodeOf('edge-1', 'edge') })
  const stats = clusterStats(
    'echo',
    localityStats(
      '',
      { started: 4 },
      endpointStats(7101, { started: 3 }),
      endpointStats(7102, { started: 1 }),
    ),
  )
  const reportUntil = async (started: number) => {
    client.report(stats)
    while ((await rest.getLoad()).upstreams[0]?.calls.started !== started) await new Promise(setImmediate)
  }
  await reportUntil(4)
  const { stdout, code } = await yard(t, 'load', '--fleet', 'edge', '--upstream', 'echo', '--node', 'edge-1')
  t.equal(code, 0)
  t.match(stdout, /edge +echo +b1 +3 +75\.0 %/)
  t.match(stdout, /edge +echo +b2 +1 +25\.0 %/)
  t.match(stdout, /edge +echo +b3 +0 +0\.0 %/)
  t.match(JSON.parse((await yard(t, 'load', '--fleet', 'west', '-o', 'json')).stdout), { upstreams: [] })

  const watching = spawnYard(t, t.testdirName, '', ['load', '--watch', '--admin', adminUrl])
  await watching.printed('b1')
  t.match(watching.stdout(), /b1 +0 +0\.0 %/, 'what was before does not count')
  await reportUntil(8)
  await watching.printed('75.0 %')
  watching.kill('SIGTERM')
  await watching.ended
})
