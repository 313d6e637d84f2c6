// Checks and recommendations about distance, on results that are made up.

import t from 'tap'
import {
  ATTEMPTS,
  hedgingRun,
  RETRIES_RUN,
} from '../../experiments/scenarios/grpc-transport-benchmark/internet/attempts.ts'
import { checksOf } from '../../experiments/scenarios/grpc-transport-benchmark/internet/checks.ts'
import { WARM } from '../../experiments/scenarios/grpc-transport-benchmark/internet/connections.ts'
import {
  BATCHES,
  connectionsRun,
} from '../../experiments/scenarios/grpc-transport-benchmark/internet/extent.ts'
import { findingsOf } from '../../experiments/scenarios/grpc-transport-benchmark/internet/findings.ts'
import { LOST, poolingRun } from '../../experiments/scenarios/grpc-transport-benchmark/internet/pooling.ts'
import {
  CALLS,
  callsTo,
  OK,
  SENT,
} from '../../experiments/scenarios/grpc-transport-benchmark/turns/turn-results.ts'
import { facts } from '../../harness/facts.ts'
import type { Results } from '../../harness/results.ts'
import { encodeLatencies } from '../../testbed/measure/histogram.ts'
import { HANDSHAKE_CASES, leastRoundTrips } from '../../testbed/new-connections/securities.ts'
import { madeUpResults, madeUpRun } from '../support/made-up-turns.ts'

const failing = (results: Results) =>
  checksOf(results).flatMap(({ title, outcome }) => (outcome === 'fails' ? [title] : []))

/** @param extra milliseconds above what first calls need at least */
function connections(extra: number, next = 21, accepted = 5) {
  const handshakes = HANDSHAKE_CASES.map((one) => {
    const version = one.security.startsWith('tls-1.2')
      ? 'TLSv1.2'
      : one.security === 'plaintext'
        ? ''
        : 'TLSv1.3'
    const first = 20 * leastRoundTrips(one) + extra
    return [
      {
        first,
        next,
        isResumed: one.security.endsWith('resumed'),
        protocol: one.client === 'grpc' ? '' : version,
      },
    ]
  })
  const batches = BATCHES.map(({ calls }) => ({ all: 80 + 20 * calls, first: 100 }))
  return madeUpResults({
    ...{ id: connectionsRun(20), round: 1, labels: {}, begun: '', state: 'measured' },
    measured: facts({
      histograms: { [WARM]: encodeLatencies([20_000]) },
      figures: { 'connections accepted': accepted, 'connections expected': 5 },
      texts: { connections: JSON.stringify({ handshakes, batches }) },
    }),
  })
}

t.test('O8.7: what is faster than its round trips, or has another connection, fails a check', async (t) => {
  t.strictSame(failing(connections(1)), [])
  t.match(failing(connections(-1)), [/^No first call/])
  t.match(failing(connections(1, 19)), [/^A call on an open connection/])
  t.match(failing(connections(1, 21, 6)), [/^Each new connection has one handshake/])
  const [keep = ''] = findingsOf(connections(1))
  t.match(keep, /at 20 ms 81 ms \(4\.0 round trips\) instead of 20 ms/)
  t.match(keep, /80 % of a single call, 29 % of 10 calls one after the other, 4 % of 100 calls/)
})

const way = (sent: number, attempts: number, failed: number, slow = 0) => ({
  figures: { [SENT]: sent, [CALLS]: sent, [OK]: sent - failed, [ATTEMPTS]: attempts, [callsTo('b2')]: slow },
})

t.test('O8.28: retries must rescue calls by attempts, and without them there are none', async (t) => {
  const run = (client: object, more: object) =>
    madeUpResults(madeUpRun(RETRIES_RUN, { client, envoy: client, 'client-more': more, 'envoy-more': more }))
  t.strictSame(failing(run(way(50, 50, 10), way(50, 62, 0))), [])
  t.equal(failing(run(way(50, 51, 10), way(50, 62, 0))).length, 1, 'a second attempt without retries')
  t.equal(failing(run(way(50, 50, 10), way(50, 50, 0))).length, 1, 'no attempts')
  t.equal(failing(run(way(50, 50, 10), way(50, 62, 10))).length, 1, 'nothing rescued')
  t.match(
    findingsOf(run(way(50, 50, 10), way(50, 62, 0))).join(),
    /20\.0 % of calls failed with one attempt and 0\.0 %/,
  )
})

t.test('O8.28: hedging must take calls from the slow server', async (t) => {
  const run = (one: object, more: object) =>
    madeUpResults(
      madeUpRun(hedgingRun('slow'), { client: one, envoy: one, 'client-more': more, 'envoy-more': more }),
    )
  t.strictSame(failing(run(way(50, 50, 0, 25), way(50, 75, 0, 5))), [])
  t.equal(failing(run(way(50, 50, 0, 25), way(50, 75, 0, 25))).length, 1)
  t.equal(failing(run(way(50, 50, 0, 25), way(50, 75, 1, 5))).length, 1)
})

t.test('O8.28: several connections are recommended only where they shorten the tail', async (t) => {
  const pool = (p90: number, lost = 3) => ({
    figures: { [CALLS]: 10, [OK]: 10, [LOST]: lost },
    levels: { p90 },
    latencies: [20_000, 40_000],
  })
  const run = (many: number, lost?: number, few = 40) =>
    madeUpResults(
      madeUpRun(poolingRun(1), {
        '1-connections': pool(50, lost),
        '4-connections': pool(few, lost),
        '16-connections': pool(many, lost),
      }),
    )
  t.strictSame(failing(run(30)), [])
  t.equal(failing(run(30, 0)).length, 1, 'a lossy link must lose something')
  t.match(
    findingsOf(run(30)).join(),
    /spread calls over a few connections.*50 % of calls waited more than 30 ms on one/,
  )
  t.match(findingsOf(run(60)).join(), /spread calls over a few/, 'four alone may help')
  t.match(findingsOf(run(60, 3, 60)).join(), /Several connections did not shorten the tail/)
})
