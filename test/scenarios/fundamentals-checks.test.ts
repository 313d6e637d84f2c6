// What the checks of calls and of features say about other measurements than the expected ones.

import t from 'tap'
import { CALLS } from '../../experiments/scenarios/grpc-fundamentals/calls/chapter.ts'
import type { Moment } from '../../experiments/scenarios/grpc-fundamentals/calls/moment.ts'
import { FEATURES } from '../../experiments/scenarios/grpc-fundamentals/features/chapter.ts'
import type { Measured, Results } from '../../harness/results.ts'

function resultsOf(id: string, measured: Partial<Measured>): Results {
  const full: Measured = {
    ...{ seconds: 1, calls: 0, codes: {}, histograms: {}, processes: [], figures: {} },
    ...measured,
  }
  return {
    ...{ format: 1, scenario: 'grpc-fundamentals', title: '', question: '', command: '', begun: '' },
    profile: { name: 'quick', warmUpSeconds: 0, windowSeconds: 1, rounds: 1 },
    plan: { runs: [id], rounds: 1 },
    environment: {},
    runs: [{ id, round: 1, labels: {}, begun: '', state: 'measured', measured: full }],
    checks: [],
  }
}

/** The outcome of the checks that these results decide, by title. */
function outcomes(chapter: typeof CALLS, id: string, measured: Partial<Measured>) {
  const decided = chapter.checks(resultsOf(id, measured)).filter(({ outcome }) => outcome !== 'not measured')
  return decided.map(({ row, outcome, detail }) => `${row} ${outcome}: ${detail}`)
}

const moment = (side: Moment['side'], does: Moment['does'], what: string, atMs: number): Moment => ({
  ...{ atMs, side, does, what },
})

/** A unary call that gets NOT_FOUND. */
const TRAILERS_ONLY = [
  moment('client', 'sends', 'headers', 0),
  moment('client', 'sends', 'message 1', 1),
  moment('client', 'sends', 'half-close', 2),
  moment('server', 'receives', 'half-close', 3),
  moment('server', 'sends', 'status NOT_FOUND', 4),
  moment('client', 'receives', 'status NOT_FOUND', 5),
]

const unary = (moments: readonly Moment[]) =>
  outcomes(CALLS, 'calls.unary.direct', { texts: { 'trailers-only': JSON.stringify(moments) } })

t.test(
  'O1.4: a story holds with all its events, and fails without one of them or out of order',
  async (t) => {
    t.strictSame(unary(TRAILERS_ONLY), ['O1.4 holds: trailers-only, directly: 6 events'])
    const swapped = [...TRAILERS_ONLY.slice(0, 4), ...TRAILERS_ONLY.slice(4).toReversed()]
    for (const moments of [TRAILERS_ONLY.slice(0, -1), swapped]) {
      t.match(unary(moments), [/O1.4 fails: .*"client receives status NOT_FOUND" is missing or out of order/])
    }
  },
)

t.test('O1.4: an event that must not come fails its story', async (t) => {
  const withHeaders = [...TRAILERS_ONLY, moment('server', 'sends', 'headers', 6)]
  t.match(unary(withHeaders), [/O1.4 fails: .*"server sends headers" must not come/])
})

t.test('O1.4: an error in two frames of headers is not trailers only', async (t) => {
  const frames = (...texts: readonly string[]) => ({
    texts: { 'trailers-only: frames': JSON.stringify(texts.map((text) => ({ from: 'server', text }))) },
  })
  const of = (...texts: readonly string[]) => outcomes(CALLS, 'calls.unary.envoy', frames(...texts))
  t.match(of('HEADERS, END_STREAM'), [/^O1.4 holds/])
  t.match(of('HEADERS', 'HEADERS, END_STREAM'), [/^O1.4 fails/])
})

t.test('O1.5, O1.6: a sender that nobody stops fails, and a sender that is stopped holds', async (t) => {
  const sent = (kib: number) => ({ figures: { 'sent while nobody read (KiB)': kib } })
  t.match(outcomes(CALLS, 'calls.slow-reader.server-sends.direct', sent(512)), [/^O1.5 holds/])
  t.match(outcomes(CALLS, 'calls.slow-reader.server-sends.direct', sent(8192)), [/^O1.5 fails/])
  t.match(outcomes(CALLS, 'calls.slow-reader.client-sends.envoy', sent(1024)), [/^O1.6 holds/])
  t.match(outcomes(CALLS, 'calls.slow-reader.client-sends.envoy', sent(8192)), [/^O1.6 fails/])
})

t.test('O1.5: streams one after the other, or over two connections, are not interleaved', async (t) => {
  const of = (connections: number, switches: number) =>
    outcomes(CALLS, 'calls.interleaving.direct', {
      figures: {
        'connections that the server saw': connections,
        'messages that came from another stream than the one before': switches,
      },
    })
  t.match(of(1, 90), [/^O1.5 holds/])
  t.match(of(1, 3), [/^O1.5 fails/])
  t.match(of(4, 90), [/^O1.5 fails/])
})

t.test('O1.7: a message that is lost or overtaken fails the order', async (t) => {
  const of = (atClient: number, outOfOrder: number) =>
    outcomes(CALLS, 'calls.order.direct', {
      figures: {
        'messages sent each way': 10,
        'messages that the server received': 10,
        'messages that the client received': atClient,
        'messages out of order': outOfOrder,
      },
    })
  t.match(of(10, 0), [/^O1.7 holds/])
  t.match(of(9, 0), [/^O1.7 fails/])
  t.match(of(10, 1), [/^O1.7 fails/])
})

t.test('O1.11: the checks of features fail if a feature does nothing', async (t) => {
  const of = (name: string, seen: unknown) =>
    outcomes(FEATURES, `features.${name}`, { texts: { seen: JSON.stringify(seen) } })
  t.match(of('interceptors', { handled: 1, allowed: [], denied: [] }), [/^O1.11 holds/])
  t.match(of('interceptors', { handled: 2, allowed: [], denied: [] }), [/^O1.11 fails/])

  const compression = (gzip: number) => [{ message: 'text', plain: 65_000, gzip, exempt: 65_000, answer: 0 }]
  t.match(of('compression', compression(400)), [/^O1.11 holds/])
  t.match(of('compression', compression(65_000)), [/^O1.11 fails/])

  const silent = (status: string | undefined) => ({
    withPings: { status: 'UNAVAILABLE', ms: 400 },
    without: { status, ms: 1500 },
  })
  t.match(of('keepalive', silent(undefined)), [/^O1.11 holds/])
  t.match(of('keepalive', silent('UNAVAILABLE')), [/^O1.11 fails/])

  const goAway = { code: 'ENHANCE_YOUR_CALM', data: 'too_many_pings' }
  t.match(of('pings.python', { answered: 4, goAway }), [/^O1.11 holds/])
  t.match(of('pings.python', { answered: 40 }), [/^O1.11 fails/])
  t.strictSame(of('pings.grpc-js', { answered: 40 }), [], 'grpc-js may answer all of them')
})
