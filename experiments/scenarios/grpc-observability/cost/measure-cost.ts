// Measures CPU time and latency of calls in every way to observe, in many short turns: what slows the machine slows all alike.

import { setTimeout as wait } from 'node:timers/promises'
import { facts } from '../../../../harness/facts.ts'
import { measureLoad } from '../../../../harness/measure-load.ts'
import type { ProfileName } from '../../../../harness/profile.ts'
import type { Measured } from '../../../../harness/results.ts'
import type { RunContext } from '../../../../harness/scenario.ts'
import type { LoadPlan } from '../../../../testbed/loader/load-plan.ts'
import type { Loader } from '../../../../testbed/loader/start-loader.ts'
import {
  decodeHistogram,
  encodeHistogram,
  mergeHistograms,
  quantileMs,
} from '../../../../testbed/measure/histogram.ts'
import { cpuMsOf } from '../../../../testbed/measure/usage.ts'
import { type CostBed, startCostBed } from './cost-bed.ts'
import { MODES, type Mode } from './modes.ts'
import { Scraper } from './scraper.ts'
import { MEASURES, type MeasureName, seriesName } from './series.ts'
import { Witness } from './witness.ts'

interface Turns {
  /** How often each mode is measured. */
  readonly count: number
  readonly seconds: number
  readonly warmUpSeconds: number
  /** Of each mode before the first turn, as fast as it can: V8 compiles what is called often. By calls, because a busy machine takes longer. */
  readonly firstCalls: number
}

export const TURNS: Readonly<Record<ProfileName, Turns>> = {
  quick: { count: 2, seconds: 0.3, warmUpSeconds: 0.1, firstCalls: 50 },
  standard: { count: 24, seconds: 1, warmUpSeconds: 0.2, firstCalls: 3_000 },
  full: { count: 60, seconds: 3, warmUpSeconds: 0.5, firstCalls: 20_000 },
}

/** Calls a second before the first turn, about. */
const FIRST_RATE = 1_000
const POLL_MS = 50

/** How long all of it takes, about. */
export function estimatedSeconds({ count, seconds, warmUpSeconds, firstCalls }: Turns): number {
  return MODES.length * (firstCalls / FIRST_RATE + count * (seconds + warmUpSeconds))
}

/** Of an open loop, far from what the processes can do: latency is then not that of a queue. */
export const CALLS_PER_SECOND = 200
export const PAYLOAD_BYTES = 100

export async function measureCost(context: RunContext): Promise<Measured> {
  const bed = await context.shared('cost bed', startCostBed)
  const turns = TURNS[context.profile.name]
  const witness = new Witness(bed)
  for (const mode of MODES) await warmUp(bed, mode, turns.firstCalls)
  const measured = new Map(MODES.map((mode) => [mode.id, [] as Turn[]]))
  for (let turn = 0; turn < turns.count && !context.signal.aborted; turn += 1) {
    for (const mode of shuffled(MODES)) {
      const one = await measureTurn(context, bed, mode, turns)
      measured.get(mode.id)?.push(one)
      witness.note(mode, one.calls)
    }
  }
  const all = [...measured.values()].flat()
  const codes: Record<string, number> = {}
  for (const [code, calls] of all.flatMap((turn) => Object.entries(turn.codes)))
    codes[code] = (codes[code] ?? 0) + calls
  return facts({
    seconds: turns.seconds * all.length,
    calls: all.reduce((sum, { calls }) => sum + calls, 0),
    codes,
    histograms: Object.fromEntries(
      MODES.map(({ id }) => [
        id,
        encodeHistogram(mergeHistograms(measured.get(id)?.map(({ histogram }) => histogram) ?? [])),
      ]),
    ),
    series: MODES.flatMap((mode) =>
      (Object.keys(MEASURES) as MeasureName[]).map((measure) => ({
        name: seriesName(mode, measure),
        unit: MEASURES[measure],
        points: (measured.get(mode.id) ?? []).map((turn, at): [number, number] => [at, turn.values[measure]]),
      })),
    ),
    figures: await witness.figures(context.signal),
  })
}

async function warmUp(bed: CostBed, mode: Mode, calls: number): Promise<void> {
  const loop = { kind: 'closed', concurrency: 4 } as const
  const load = await bed.loader.begin({ ...planOf(bed, mode), loop, warmUpSeconds: 0 })
  while ((await load.counts()).calls < calls) await wait(POLL_MS)
  await load.end()
}

function planOf(bed: CostBed, mode: Mode) {
  return {
    target: bed.nodeOf(mode).target,
    connections: 1,
    calls: { kind: 'unary', payloadBytes: PAYLOAD_BYTES, responseBytes: PAYLOAD_BYTES },
    channelOptions: { 'grpc.default_authority': bed.authorityOf(mode) },
  } as const
}

interface Turn {
  readonly calls: number
  readonly codes: Readonly<Record<string, number>>
  readonly histogram: string
  readonly values: Readonly<Record<MeasureName, number>>
}

async function measureTurn(context: RunContext, bed: CostBed, mode: Mode, turns: Turns): Promise<Turn> {
  const [node, backend] = [bed.nodeOf(mode), bed.backendOf(mode)]
  const scraper =
    mode.id === 'metrics'
      ? new Scraper([
          () => node.envoy.admin.read('/stats/prometheus'),
          async () => await (await fetch(`http://${backend.metrics}/metrics`)).text(),
        ])
      : undefined
  const cpu = { proxy: 0, server: 0 }
  const read = () => ({ proxy: cpuMsOf(node.envoy.pid), server: cpuMsOf(backend.pid ?? 0) })
  let before = cpu
  const loader = withWindow(bed.loader, {
    begin() {
      before = read()
      scraper?.start()
    },
    end() {
      const after = read()
      cpu.proxy = after.proxy - before.proxy
      cpu.server = after.server - before.server
      scraper?.stop()
    },
  })
  const { calls, codes, histograms } = await measureLoad(context, {
    loader,
    plan: {
      ...planOf(bed, mode),
      loop: { kind: 'open', callsPerSecond: CALLS_PER_SECOND },
      warmUpSeconds: turns.warmUpSeconds,
      seconds: turns.seconds,
    },
    processes: [],
  })
  await scraper?.done()
  const histogram = histograms.service ?? ''
  const of = (share: number) => 1_000 * quantileMs(decodeHistogram(histogram), share)
  const [proxy, server] = [(1_000 * cpu.proxy) / calls, (1_000 * cpu.server) / calls]
  return {
    calls,
    codes,
    histogram,
    values: { proxy, server, both: proxy + server, p50: of(0.5), p99: of(0.99) },
  }
}

/** The CPU time of processes whose threads last is known in nanoseconds, where the harness counts in hundredths of a second. */
function withWindow(
  loader: Loader,
  { begin, end }: { readonly begin: () => void; readonly end: () => void },
): Loader {
  return {
    ...loader,
    run: (plan: LoadPlan & { readonly seconds: number }, window = {}) =>
      loader.run(plan, {
        onBegun() {
          begin()
          window.onBegun?.()
        },
        onClosed() {
          end()
          window.onClosed?.()
        },
      }),
  }
}

/** In a new order each time, so that no mode always follows the same one. */
function shuffled<T>(items: readonly T[]): readonly T[] {
  return items
    .map((item) => ({ item, at: Math.random() }))
    .toSorted((a, b) => a.at - b.at)
    .map(({ item }) => item)
}
