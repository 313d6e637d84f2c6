// Pools of connections: who has how many, and whose calls wait.

import { freePort } from '../../../../processes/free-port.ts'
import type { ObservedEdge } from '../observed-edge.ts'
import { type Echo, expectStatus, inParallel } from './calls.ts'
import { latest } from './counts.ts'
import { ok, type Story } from './story.ts'

/** Two backends with one connection each, and two calls on each connection. */
const LIMITS = { connections: 2, streams: 2, held: 8 } as const
const PLACES = LIMITS.connections * LIMITS.streams

const CLUSTER = '{envoy_cluster_name="echo"}'
const GAUGES = {
  'client calls in progress': 'sum(grpc_client_in_progress)',
  'client connections open': 'sum(grpc_client_connections{state="READY"})',
  'proxy calls active': `sum(envoy_cluster_upstream_rq_active${CLUSTER})`,
  'proxy calls pending': `sum(envoy_cluster_upstream_rq_pending_active${CLUSTER})`,
  'proxy connections open': `sum(envoy_cluster_upstream_cx_active${CLUSTER})`,
  'server calls in progress': 'sum(grpc_server_in_progress)',
} as const

/** Counters of connections. */
const MADE = {
  'proxy connections made': latest(`envoy_cluster_upstream_cx_total${CLUSTER}`),
  'proxy connections failed': latest(`envoy_cluster_upstream_cx_connect_fail${CLUSTER}`),
  'proxy limit reached': latest(`envoy_cluster_upstream_cx_overflow${CLUSTER}`),
  'server connections accepted': latest('grpc_server_connections_accepted_total'),
  'client connections failed': latest('grpc_client_connections_failed_total'),
} as const

export const POOL_STORIES: readonly Story[] = [
  {
    id: 'pool-limits',
    row: 'O5.4',
    title: 'the pool of the proxy is full',
    says: 'The client has all of its calls on one connection, and the servers know only of those that have a place. Only the proxy knows that the others wait.',
    settings: {
      upstream: {
        circuitBreaker: { connections: LIMITS.connections },
        http2: { maxConcurrentStreams: LIMITS.streams },
      },
    },
    async run(edge, _, signal) {
      const before = await read(edge, MADE)
      const held = await hold(edge.client(), LIMITS.held, PLACES)
      await edge.prometheus.untilScraped(signal)
      const gauges = await read(edge, GAUGES)
      await held.release()
      await edge.prometheus.untilScraped(signal)
      const made = minus(await read(edge, MADE), before)
      return {
        made: LIMITS.held,
        figures: { ...gauges, ...made },
        facts: {
          'the client has all calls in progress, on one connection':
            gauges['client calls in progress'] === LIMITS.held && gauges['client connections open'] === 1,
          'the proxy has as many active as there are places, and the others pending':
            gauges['proxy calls active'] === PLACES && gauges['proxy calls pending'] === LIMITS.held - PLACES,
          'over as many connections as it may open': gauges['proxy connections open'] === LIMITS.connections,
          'and counts that it wanted more': Number(made['proxy limit reached']) > 0,
          'the servers have the active ones only': gauges['server calls in progress'] === PLACES,
          'each connection that the proxy made was accepted by a server':
            made['proxy connections made'] === made['server connections accepted'],
        },
      }
    },
    holds: ({ codes }, { made }) => ({ 'in the end, each call succeeds': ok(codes.client) === made }),
  },
  {
    id: 'pool-failures',
    row: 'O5.4',
    title: 'an endpoint takes no connections',
    says: 'A connection that cannot be made is counted by the side that wanted it. Each one has cost a call here, because nothing retries.',
    async run(edge, calls, signal) {
      const address = `127.0.0.1:${await freePort()}`
      await edge.turn({ upstream: { endpoints: { gone: { address } } } })
      const before = await read(edge, MADE)
      const ended = await inParallel(edge, calls, { concurrency: 1 })
      const lost = edge.client({}, `127.0.0.1:${await freePort()}`)
      // Prometheus must have seen the counter before it grows.
      await edge.prometheus.untilScraped(signal)
      await expectStatus(lost.unary({ message: 'lost' }))
      await edge.prometheus.untilScraped(signal)
      lost.close()
      const made = minus(await read(edge, MADE), before)
      await edge.turn({})
      return {
        made: ended.made + 1,
        figures: made,
        facts: {
          'the proxy counts connections that it could not make': Number(made['proxy connections failed']) > 0,
          'and so does the client whose target is gone': Number(made['client connections failed']) > 0,
        },
      }
    },
    holds: ({ counts, codes }, { made }) => ({
      'some calls fail for that reason': (codes.client.UNAVAILABLE ?? 0) > 1 && ok(codes.client) > 0,
      'the servers have seen the others only': counts['server began'] === ok(codes.client),
      'all calls have ended': (codes.client.UNAVAILABLE ?? 0) + ok(codes.client) === made,
    }),
  },
]

async function read<Name extends string>(
  { prometheus }: ObservedEdge,
  queries: Readonly<Record<Name, string>>,
): Promise<Record<Name, number>> {
  const names = Object.keys(queries) as Name[]
  for (;;) {
    const samples = await Promise.all(names.map((name) => prometheus.query(queries[name])))
    // A gauge has no value after a scrape that has failed.
    if (samples.every(({ length }) => length > 0)) {
      return Object.fromEntries(names.map((name, index) => [name, samples[index]?.[0]?.value])) as Record<
        Name,
        number
      >
    }
    await prometheus.untilScraped()
  }
}

function minus<Name extends string>(after: Record<Name, number>, before: Record<Name, number>) {
  const names = Object.keys(after) as Name[]
  return Object.fromEntries(names.map((name) => [name, after[name] - before[name]])) as Record<Name, number>
}

/** Opens streams and leaves them open. Resolves when `places` of them have an answer. */
async function hold(client: Echo, count: number, places: number) {
  const released = Promise.withResolvers<void>()
  const placed = Promise.withResolvers<void>()
  let answered = 0
  const requests = async function* () {
    yield { message: 'held' }
    await released.promise
  }
  const ends = Array.from({ length: count }, async () => {
    for await (const _ of client.bidirectional(requests())) {
      answered += 1
      if (answered === places) placed.resolve()
    }
  })
  // A stream that fails must not leave the others waiting.
  await Promise.race([placed.promise, Promise.all(ends)])
  return {
    release: async () => {
      released.resolve()
      await Promise.all(ends)
      client.close()
    },
  }
}
