// Measures several ways to make the same calls in many short turns, each way once a turn: what slows the machine slows all alike.

import { facts } from '../../../../harness/facts.ts'
import type { MeasuredProcess } from '../../../../harness/measure-load.ts'
import type { Measured } from '../../../../harness/results.ts'
import type { RunContext } from '../../../../harness/scenario.ts'
import type { LoadPlan } from '../../../../testbed/loader/load-plan.ts'
import type { LoadResult } from '../../../../testbed/loader/load-result.ts'
import type { Loader } from '../../../../testbed/loader/start-loader.ts'
import {
  decodeHistogram,
  encodeHistogram,
  mergeHistograms,
  quantileMs,
} from '../../../../testbed/measure/histogram.ts'
import { cpuMsOf, peakMemoryMiBOf } from '../../../../testbed/measure/usage.ts'
import {
  CALLS,
  callsTo,
  MEASURES,
  type MeasureName,
  OK,
  SENT,
  seriesName,
  wayFigure,
} from './turn-results.ts'

export interface Way {
  /** Such as `both`. */
  readonly id: string
  readonly plan: Omit<LoadPlan, 'warmUpSeconds' | 'seconds'>
  /** Makes it so, before each of its turns. */
  readonly prepare?: () => Promise<void>
  /** Counters by name, which are read before and after each turn: what they gained is added up, warm-up included. */
  readonly counters?: () => Promise<Readonly<Record<string, number>>>
}

export interface TurnsOptions {
  readonly loader: Loader
  readonly ways: readonly Way[]
  /** Whose CPU time and memory are measured, besides the loader's. */
  readonly processes: readonly MeasuredProcess[]
  readonly turns: Turns
}

export interface Turns {
  /** How often each way is measured. */
  readonly count: number
  readonly seconds: number
  /** Of each turn. */
  readonly warmUpSeconds: number
  /** Of each way before the first turn: V8 compiles what is called often. */
  readonly firstSeconds: number
}

/** How long the turns of a number of ways take, about. */
export function secondsOf({ count, seconds, warmUpSeconds, firstSeconds }: Turns, ways: number): number {
  return ways * (firstSeconds + count * (seconds + warmUpSeconds + 0.1))
}

interface Turn {
  readonly way: Way
  readonly result: LoadResult
  readonly histogram: string
  readonly values: Readonly<Record<MeasureName, number>>
  /** CPU time within the window, by process in their order. */
  readonly usedMs: readonly number[]
  readonly gained: Readonly<Record<string, number>>
}

/** The loader first. */
const watchedOf = ({ loader, processes }: TurnsOptions): readonly MeasuredProcess[] => [
  { role: 'client', name: loader.name, pid: loader.pid },
  ...processes,
]

export async function measureInTurns(context: RunContext, options: TurnsOptions): Promise<Measured> {
  const { ways, turns, loader } = options
  for (const way of ways) {
    if (turns.firstSeconds === 0) continue
    await way.prepare?.()
    await loader.run({ ...way.plan, warmUpSeconds: 0, seconds: turns.firstSeconds })
  }
  const measured: Turn[] = []
  for (let turn = 0; turn < turns.count && !context.signal.aborted; turn += 1) {
    for (const way of shuffled(ways)) measured.push(await measureTurn(options, way))
  }
  return addUp(options, measured)
}

async function measureTurn(options: TurnsOptions, way: Way): Promise<Turn> {
  await way.prepare?.()
  const { loader, turns } = options
  const watched = watchedOf(options)
  const read = () => watched.map(({ pid }) => cpuMsOf(pid))
  let [before, after] = [read(), read()]
  const { warmUpSeconds, seconds } = turns
  const countedBefore = await way.counters?.()
  const result = await loader.run(
    { ...way.plan, warmUpSeconds, seconds },
    {
      onBegun() {
        before = read()
      },
      onClosed() {
        after = read()
      },
    },
  )
  const countedAfter = await way.counters?.()
  const usedMs = after.map((ms, at) => ms - (before[at] ?? 0))
  const cpu = (role: MeasuredProcess['role']) => {
    const used = usedMs.reduce((sum, ms, at) => sum + (watched[at]?.role === role ? ms : 0), 0)
    return (1_000 * used) / result.calls
  }
  const histogram = way.plan.loop.kind === 'open' ? result.histograms.call : result.histograms.service
  const quantile = (share: number) => quantileMs(decodeHistogram(histogram), share)
  return {
    ...{ way, result, histogram, usedMs },
    values: {
      p50: quantile(0.5),
      p90: quantile(0.9),
      p99: quantile(0.99),
      client: cpu('client'),
      proxy: cpu('proxy'),
      server: cpu('server'),
    },
    gained: Object.fromEntries(
      Object.entries(countedAfter ?? {}).map(([name, count]) => [name, count - (countedBefore?.[name] ?? 0)]),
    ),
  }
}

function addUp(options: TurnsOptions, measured: readonly Turn[]): Measured {
  const { ways, turns } = options
  const codes: Record<string, number> = {}
  const figures: Record<string, number> = {}
  const add = (sums: Record<string, number>, name: string, value: number) => {
    sums[name] = (sums[name] ?? 0) + value
  }
  for (const { way, result, gained } of measured) {
    for (const [code, calls] of Object.entries(result.codes)) add(codes, code, calls)
    add(figures, wayFigure(way.id, CALLS), result.calls)
    add(figures, wayFigure(way.id, OK), result.codes.OK ?? 0)
    add(figures, wayFigure(way.id, SENT), result.figures['calls made, warm-up included'] ?? Number.NaN)
    for (const [name, value] of Object.entries(gained)) add(figures, wayFigure(way.id, name), value)
    for (const [backend, calls] of Object.entries(result.shares))
      add(figures, wayFigure(way.id, callsTo(backend)), calls)
  }
  const servers = [...new Set(measured.flatMap(({ result }) => Object.keys(result.shares)))]
  const turnsOf = (way: Way) => measured.filter((one) => one.way.id === way.id)
  return facts({
    seconds: turns.seconds * measured.length,
    calls: measured.reduce((sum, { result }) => sum + result.calls, 0),
    ...{ codes, figures },
    histograms: Object.fromEntries(
      ways.map((way) => [way.id, encodeHistogram(mergeHistograms(turnsOf(way).map((one) => one.histogram)))]),
    ),
    processes: watchedOf(options).map(({ role, name, pid }, at) => ({
      ...{ role, name, peakMiB: peakMemoryMiBOf(pid) },
      cpuMs: measured.reduce((sum, { usedMs }) => sum + (usedMs[at] ?? 0), 0),
    })),
    series: ways.flatMap((way) => [
      ...(Object.keys(MEASURES) as MeasureName[]).map((measure) => ({
        name: seriesName(way.id, measure),
        unit: MEASURES[measure].unit,
        points: turnsOf(way).map((one, at): [number, number] => [at, one.values[measure]]),
      })),
      ...(servers.length < 2 ? [] : servers).map((server) => ({
        name: wayFigure(way.id, callsTo(server)),
        unit: 'calls',
        points: turnsOf(way).map((one, at): [number, number] => [at, one.result.shares[server] ?? 0]),
      })),
    ]),
    notes: [...new Set(measured.flatMap(({ result }) => result.notes))],
  })
}

/** In a new order each time, so that no way always follows the same one. */
function shuffled<T>(items: readonly T[]): readonly T[] {
  return items
    .map((item) => ({ item, at: Math.random() }))
    .toSorted((a, b) => a.at - b.at)
    .map(({ item }) => item)
}
