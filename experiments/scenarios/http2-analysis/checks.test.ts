// The checks of loss, reuse, HPACK, latency and windows: each holds of results as they should be, and fails of others.

import t from 'tap'
import { facts } from '../../../harness/facts.ts'
import type { Check, Measured, Results } from '../../../harness/results.ts'
import { FLOW_CONTROL } from './flow-control/chapter.ts'
import { predictedRate } from './flow-control/windows.ts'
import { HEAD_OF_LINE } from './head-of-line/chapter.ts'
import type { CallBlocks } from './hpack/blocks.ts'
import { HPACK } from './hpack/chapter.ts'
import { LATENCY } from './latency/chapter.ts'
import { REUSE_CHAPTER } from './reuse/chapter.ts'

interface MadeRun {
  readonly id: string
  readonly labels?: Readonly<Record<string, string>>
  readonly measured: Measured
}

const resultsOf = (runs: readonly MadeRun[]) =>
  ({
    runs: runs.map(({ id, labels = {}, measured }) => ({
      id,
      labels,
      round: 1,
      state: 'measured',
      measured,
    })),
    plan: { rounds: 1 },
  }) as unknown as Results

/** The outcomes of the checks whose titles have this part. */
const outcomesOf = (checks: readonly Check[], part: string) =>
  checks.filter(({ title }) => title.includes(part)).map(({ outcome }) => outcome)

t.test('O2.3: a lost packet must stall six of six streams, or one of six', async (t) => {
  const lost = (way: string, heldUp: number, overtaken: number): MadeRun => ({
    id: `head-of-line.lost-packet.${way}`,
    measured: facts({
      figures: {
        ...{ 'packets lost': 5, 'records overtaken': overtaken },
        ...{ 'streams held up by a lost packet (median)': heldUp, 'longest wait (ms, median)': 80 },
      },
    }),
  })
  const outcome = (runs: readonly MadeRun[], part: string) =>
    outcomesOf(HEAD_OF_LINE.checks(resultsOf(runs)), part)
  t.strictSame(outcome([lost('http2', 6, 0)], 'stalls all streams'), ['holds'])
  t.strictSame(outcome([lost('http2', 5, 0)], 'stalls all streams'), ['fails'])
  t.strictSame(outcome([lost('http2', 6, 1)], 'stalls all streams'), ['fails'], 'a record overtook another')
  t.strictSame(outcome([lost('http1-6', 1, 9)], 'stalls one of six'), ['holds'])
  t.strictSame(outcome([lost('http1-6', 2, 9)], 'stalls one of six'), ['fails'])
  t.strictSame(outcome([], 'stalls one of six'), ['not measured'])
})

t.test('O2.4: a handshake that is missing, or a call that is too fast, fails its check', async (t) => {
  const reuse = (connections: number, handshakes: number): MadeRun => ({
    id: `reuse.tls.${connections}-connections`,
    labels: { connections: String(connections) },
    measured: facts({
      figures: {
        ...{ calls: 10, connections, 'TLS handshakes': handshakes },
        ...{ 'bytes to the server': 100 * connections, 'bytes to the client': 100, 'all calls (ms)': 1 },
      },
    }),
  })
  const outcome = (runs: readonly MadeRun[], part: string) =>
    outcomesOf(REUSE_CHAPTER.checks(resultsOf(runs)), part)
  t.strictSame(outcome([reuse(10, 10), reuse(1, 1)], 'one handshake'), ['holds'])
  t.strictSame(outcome([reuse(10, 9), reuse(1, 1)], 'one handshake'), ['fails'])
  t.strictSame(outcome([reuse(10, 10), reuse(1, 1)], 'fewer bytes'), ['holds'])
  const linked = (ms: number): MadeRun => ({
    id: 'reuse.link.grpc-tls.new',
    measured: facts({ figures: { calls: 10, 'all calls (ms)': ms } }),
  })
  // Four round trips of 50 ms for each of ten calls.
  t.strictSame(outcome([linked(2_000)], 'round trip more'), ['holds'])
  t.strictSame(outcome([linked(1_999)], 'round trip more'), ['fails'])
})

t.test('O2.5: a field that is written otherwise than it should be fails its check', async (t) => {
  const field = (
    name: string,
    representation: CallBlocks['fields'][number]['representation'],
    bytes: number,
  ) => ({
    ...{ name, representation, bytes, index: 62 },
  })
  const block = (request: number, fields: CallBlocks['fields']): CallBlocks => ({
    ...{ request, response: 10, plain: 600, tableSizes: [], table: { entries: 1, bytes: 100 }, fields },
  })
  const run = (name: string, blocks: readonly CallBlocks[]): MadeRun => ({
    id: `hpack.${name}`,
    measured: facts({ texts: { blocks: JSON.stringify(blocks) } }),
  })
  const first = block(400, [field('te', 'added', 11)])
  const outcome = (runs: readonly MadeRun[], part: string) => outcomesOf(HPACK.checks(resultsOf(runs)), part)
  const later = (one: CallBlocks) => outcome([run('same', [first, one])], 'Later calls')
  t.strictSame(later(block(40, [field('te', 'indexed', 1)])), ['holds'])
  t.strictSame(later(block(40, [field('te', 'added', 11)])), ['fails'])
  t.strictSame(later(block(400, [field('te', 'indexed', 1)])), ['fails'], 'no byte is saved')
  const token = (representation: 'indexed' | 'never indexed') =>
    outcome(
      [run('authorization', [block(300, [field('authorization', representation, 240)])])],
      'authorization',
    )
  t.strictSame(token('never indexed'), ['holds'])
  t.strictSame(token('indexed'), ['fails'])
})

t.test('O2.6: a closed loop whose figures contradict each other fails its check', async (t) => {
  const cell = (figures: Measured['figures'], failed = 0): MadeRun => ({
    id: 'latency.small.http2.16-at-a-time',
    labels: { concurrency: '16' },
    measured: facts({
      ...{ seconds: 1, calls: 100, codes: { OK: 100 - failed, failed } },
      figures: { 'connections opened': 1, 'all latencies (ms)': 16_000, 'longest call (ms)': 20, ...figures },
    }),
  })
  const outcome = (run: MadeRun, part: string) => outcomesOf(LATENCY.checks(resultsOf([run])), part)
  t.strictSame(outcome(cell({}), 'closed loop'), ['holds'])
  t.strictSame(outcome(cell({ 'all latencies (ms)': 15_500 }), 'closed loop'), ['fails'])
  t.strictSame(outcome(cell({}), 'answered in full'), ['holds'])
  t.strictSame(outcome(cell({}, 1), 'answered in full'), ['fails'])
  t.strictSame(outcome(cell({}), 'needs a connection'), ['holds'])
  t.strictSame(outcome(cell({ 'connections opened': 2 }), 'needs a connection'), ['fails'])
})

t.test('O2.7: a download that outruns its window fails its check', async (t) => {
  const download = (ms: number): MadeRun => ({
    id: 'flow-control.window.64-KiB',
    labels: { window: '64 KiB' },
    measured: facts({ figures: { bytes: 11 * 65_535, 'download (ms)': ms, 'throughput (Mbit/s)': 1 } }),
  })
  const outcome = (ms: number) => outcomesOf(FLOW_CONTROL.checks(resultsOf([download(ms)])), 'faster than')
  t.strictSame(outcome(500), ['holds'])
  t.strictSame(outcome(499), ['fails'])
  t.equal(predictedRate(64).toFixed(2), '10.49', 'a window of 65,535 bytes for each 50 ms')
  t.equal(predictedRate(1_024), 40, 'no more than the link')
})
