// What is done to calls, and how the counts of client, proxy and server must then relate.

import { freePort } from '../../../../processes/free-port.ts'
import { expectStatus, inParallel } from './calls.ts'
import { LATENCY } from './latency.ts'
import { POOL_STORIES } from './pools.ts'
import { all, ok, type Story } from './story.ts'
import { STREAMS } from './streams.ts'

/** UNAVAILABLE is what a backend that is made to fail answers. */
const UNAVAILABLE_SHARE = 30
const PLENTY = 10

/** A channel that repeats a failed call by itself: https://github.com/grpc/proposal/blob/master/A6-client-retries.md */
const RETRYING = serviceConfig({
  retryPolicy: {
    maxAttempts: 5,
    initialBackoff: '0.001s',
    maxBackoff: '0.001s',
    backoffMultiplier: 1,
    retryableStatusCodes: ['UNAVAILABLE'],
  },
})

/** Both attempts at once: the first answer wins. */
const HEDGING = serviceConfig({
  hedgingPolicy: { maxAttempts: 2, hedgingDelay: '0s', nonFatalStatusCodes: [] },
})

function serviceConfig(policy: object) {
  const methodConfig = [{ name: [{ service: 'switchyard.echo.v1.EchoService' }], ...policy }]
  return { 'grpc.service_config': JSON.stringify({ loadBalancingConfig: [], methodConfig }) }
}

export const STORIES: readonly Story[] = [
  {
    id: 'plain',
    row: 'O5.1',
    title: 'nothing goes wrong',
    says: 'All three count the same.',
    run: (edge, calls) => inParallel(edge, calls, {}),
    holds: ({ counts, codes }, { made }) => ({
      'the client counts each call': counts['client began'] === made && ok(codes.client) === made,
      'the proxy takes and sends on each': counts['proxy took'] === made && counts['proxy sent on'] === made,
      'the servers count each': counts['server began'] === made && ok(codes.server) === made,
    }),
  },
  {
    id: 'statuses',
    row: 'O5.1',
    title: 'each status once, from the server',
    says: 'All three agree on the status of each call. The proxy knows it by `filters.grpcStats` only: in its counters of HTTP, each of these calls is a 200.',
    run: async (edge) => {
      const client = edge.client()
      const codes = Array.from({ length: 16 }, (_, index) => index + 1)
      for (const statusCode of codes)
        await expectStatus(client.unary({ statusCode, statusMessage: 'asked for' }))
      client.close()
      return { made: codes.length }
    },
    holds: ({ counts, codes }, { made }) => ({
      'each status is counted once by the client':
        all(codes.client) === made && Object.keys(codes.client).length === made,
      'and by the servers': JSON.stringify(sorted(codes.client)) === JSON.stringify(sorted(codes.server)),
      'and by the proxy': JSON.stringify(sorted(codes.client)) === JSON.stringify(sorted(codes.proxy)),
      'the proxy took them': counts['proxy took'] === made,
    }),
  },
  {
    id: 'retries-by-the-proxy',
    row: 'O5.1',
    title: 'the proxy retries',
    says: 'The client sees only successes, and a little more latency. Only proxy and servers know how much had to be repeated.',
    settings: {
      failPercent: UNAVAILABLE_SHARE,
      rule: {
        retry: { enabled: true, attempts: PLENTY, on: ['unavailable'], backOff: { base: '1ms', max: '1ms' } },
      },
    },
    run: (edge, calls) => inParallel(edge, calls, { concurrency: 1 }),
    holds: ({ counts, codes }, { made }) => ({
      'every call succeeds for the client': ok(codes.client) === made && all(codes.client) === made,
      'the proxy took each once': counts['proxy took'] === made,
      'and retried some': counts['proxy retried'] > 0,
      'the servers count the retries': counts['server began'] === made + counts['proxy retried'],
      'each retry was a failure': (codes.server.UNAVAILABLE ?? 0) === counts['proxy retried'],
    }),
  },
  {
    id: 'retries-by-the-client',
    row: 'O5.1',
    title: 'the channel of the client retries',
    says: 'The interceptor counts what the program asked for. Each retry is a call of its own for proxy and servers: their rate of errors is not what users see.',
    settings: { failPercent: UNAVAILABLE_SHARE },
    run: (edge, calls) => inParallel(edge, calls, { concurrency: 1, options: RETRYING }),
    holds: ({ counts, codes }, { made }) => ({
      'the client counts each call once': counts['client began'] === made && all(codes.client) === made,
      'the proxy took more': counts['proxy took'] > made,
      'and retried none': counts['proxy retried'] === 0,
      'the servers count the same as the proxy': counts['server began'] === counts['proxy took'],
    }),
  },
  {
    id: 'hedges',
    row: 'O5.1',
    title: 'the channel of the client hedges',
    says: 'Two attempts a call, at once. The later one is cancelled, so the servers have calls that nobody waited for, and the client has none.',
    settings: { latencyMs: 20 },
    run: (edge, calls) => inParallel(edge, calls, { concurrency: 1, options: HEDGING }),
    holds: ({ counts, codes }, { made }) => ({
      'the client counts each call once, as a success':
        counts['client began'] === made && ok(codes.client) === made,
      // Where the client is late with the second attempt, the first one may have been answered.
      'the proxy took more, and two for each at most':
        counts['proxy took'] > made && counts['proxy took'] <= 2 * made,
      'the servers end with more than the client asked for': all(codes.server) > made,
    }),
  },
  {
    id: 'rejected-by-the-proxy',
    row: 'O5.1',
    title: 'the proxy rejects what is too much',
    says: 'A circuit breaker lets one call through at a time. What it rejects is an error for the client, and never was a call for the servers: **their dashboards stay green**.',
    settings: { latencyMs: 20, upstream: { circuitBreaker: { requests: 1 } } },
    run: (edge, calls) => inParallel(edge, calls, { concurrency: 5 }),
    holds: ({ counts, codes }, { made }) => ({
      'some calls fail for the client': (codes.client.UNAVAILABLE ?? 0) > 0 && all(codes.client) === made,
      'as many as the proxy has rejected': codes.client.UNAVAILABLE === counts['proxy rejected'],
      'the servers have seen the others only': counts['server began'] === ok(codes.client),
      'and no error': ok(codes.server) === all(codes.server),
    }),
  },
  {
    id: 'not-connected',
    row: 'O5.1',
    title: 'the client reaches nobody',
    says: 'Only the client can count this. Alerts on servers and proxies alone miss an outage of the network before them.',
    run: async (edge, calls) => {
      const target = `127.0.0.1:${await freePort()}`
      return await inParallel(edge, calls, { target })
    },
    holds: ({ counts, codes }, { made }) => ({
      'each call is UNAVAILABLE for the client': codes.client.UNAVAILABLE === made,
      'the proxy took none': counts['proxy took'] === 0,
      'the servers have seen none': counts['server began'] === 0,
    }),
  },
  {
    id: 'deadlines',
    row: 'O5.1',
    title: 'the client has no time',
    says: 'The client ends the call; the server was at work, and counts it as ended by its caller.',
    settings: { latencyMs: 1_000 },
    run: (edge, calls) => inParallel(edge, Math.min(calls, 20), { concurrency: 20, deadlineMs: 300 }),
    holds: ({ counts, codes }, { made }) => ({
      'each call is DEADLINE_EXCEEDED for the client': codes.client.DEADLINE_EXCEEDED === made,
      'the servers answered none': all(codes.server) === counts['server began'] && ok(codes.server) === 0,
    }),
  },
  STREAMS,
  LATENCY,
  ...POOL_STORIES,
]

function sorted(codes: Readonly<Record<string, number>>) {
  return Object.entries(codes).toSorted(([a], [b]) => a.localeCompare(b))
}
