// The checks of windows: each holds of transfers as they must be, and fails of others.

import t from 'tap'
import { facts } from '../../../../harness/facts.ts'
import type { Check, Measured, Results } from '../../../../harness/results.ts'
import { boundRate, fillingKib } from './cells.ts'
import { WINDOWS } from './chapter.ts'
import { transferFacts } from './measure-window.ts'

interface MadeRun {
  readonly id: string
  readonly measured: Measured
}

function outcomeOf(runs: readonly MadeRun[], part: string): readonly Check['outcome'][] {
  const results = {
    profile: { name: 'standard' },
    plan: { rounds: 1 },
    runs: runs.map((run) => ({ ...run, labels: {}, round: 1, state: 'measured' })),
  } as unknown as Results
  return WINDOWS.checks(results)
    .filter(({ title }) => title.includes(part))
    .map(({ outcome }) => outcome)
}

t.test('O7.3: a transfer that outruns its window fails its check', async (t) => {
  const bytes = 11 * 65_535
  const upload = (ms: number) => [{ id: 'windows.up.20-ms.64-KiB', measured: transferFacts(bytes, ms) }]
  t.strictSame(outcomeOf(upload(200), 'No transfer is faster'), ['holds'])
  t.strictSame(outcomeOf(upload(199), 'No transfer is faster'), ['fails'])
  const envoy = (ms: number) => [{ id: 'windows.envoy-far.64-KiB', measured: transferFacts(bytes, ms) }]
  t.strictSame(outcomeOf(envoy(200), 'Through an Envoy'), ['holds'])
  t.strictSame(outcomeOf(envoy(199), 'Through an Envoy'), ['fails'])
  t.strictSame(outcomeOf([], 'No transfer is faster'), ['not measured'])
})

t.test('O7.3: a larger window that gains nothing fails its check, where the link has room', async (t) => {
  const pair = (rttMs: number, kib: number, ms: number) => [
    { id: `windows.down.${rttMs}-ms.64-KiB`, measured: transferFacts(1e6, 4_000) },
    { id: `windows.down.${rttMs}-ms.${kib}-KiB`, measured: transferFacts(1e6, ms) },
  ]
  t.strictSame(outcomeOf(pair(100, 256, 2_666), 'Far below'), ['holds'])
  t.strictSame(outcomeOf(pair(100, 256, 2_667), 'Far below'), ['fails'])
  t.strictSame(outcomeOf(pair(20, 256, 4_000), 'Far below'), ['not measured'], 'the link is full already')
  t.equal(boundRate(20, 64).toFixed(1), '26.2', 'a window of 65,535 bytes for each 20 ms')
  t.equal(boundRate(20, 4_096), 100, 'no more than the link')
  t.equal(fillingKib(100).toFixed(0), '1221')
})

t.test('O7.3: servers that tune by themselves must, and others must not', async (t) => {
  const series = (name: string, ms: number) => [
    {
      id: `windows.self-tuning.${name}`,
      measured: facts({ figures: { 'fastest message (ms)': ms, 'bytes of a message': 11 * 65_535 } }),
    },
  ]
  t.strictSame(outcomeOf(series('go', 199), 'outgrow'), ['holds'])
  t.strictSame(outcomeOf(series('go', 200), 'outgrow'), ['fails'])
  t.strictSame(outcomeOf(series('node', 200), 'keeps to its window'), ['holds'])
  t.strictSame(outcomeOf(series('node', 199), 'keeps to its window'), ['fails'])
})

t.test(
  'O7.3: streams that hold less than a window, much more, or lose messages fail their check',
  async (t) => {
    const held = (each: number, messages = 800) => [
      {
        id: 'windows.held.256-KiB',
        measured: facts({
          figures: {
            'arrived and not read (bytes)': 8 * each,
            'messages asked for': 800,
            'messages read in the end': messages,
          },
        }),
      },
    ]
    const window = 256 * 1_024
    t.strictSame(outcomeOf(held(window), 'nobody reads'), ['holds'])
    t.strictSame(outcomeOf(held(window - 1), 'nobody reads'), ['fails'])
    t.strictSame(outcomeOf(held(2 * window), 'nobody reads'), ['fails'])
    t.strictSame(outcomeOf(held(window, 799), 'nobody reads'), ['fails'])
  },
)
