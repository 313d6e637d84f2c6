// Puts a load on something, and measures the processes that take part over the same window.

import type { LoadPlan } from '../testbed/loader/load-plan.ts'
import type { BackgroundResult, LoadCounts, LoadResult } from '../testbed/loader/load-result.ts'
import type { Loader } from '../testbed/loader/start-loader.ts'
import { peakMemoryMiBOf, processesBelow, totalCpuMsOf } from '../testbed/measure/usage.ts'
import type { Measured } from './results.ts'
import type { RunContext } from './scenario.ts'

type ProcessUsage = Measured['processes'][number]

/** A process with those that it has started, such as the workers of a proxy. */
export interface MeasuredProcess extends Pick<ProcessUsage, 'role' | 'name'> {
  readonly pid: number
}

/** Warm-up and window are those of the profile, unless it has its own. */
export type UnplannedLoad = Omit<LoadPlan, 'warmUpSeconds'> & Partial<Pick<LoadPlan, 'warmUpSeconds'>>

export interface LoadMeasurement {
  readonly loader: Loader
  readonly plan: UnplannedLoad
  /** Besides the loader, which is the client. */
  readonly processes: readonly MeasuredProcess[]
  /** Ids of all backends, so that one that gets no call has the share 0. */
  readonly backends?: readonly string[]
  /** All else that was measured, by name with the unit in parentheses. */
  readonly figures?: Readonly<Record<string, number>>
}

/** @throws SwitchyardError like the loader's `run` */
export async function measureLoad(
  { profile }: Pick<RunContext, 'profile'>,
  measurement: LoadMeasurement,
): Promise<Measured> {
  const { loader } = measurement
  const plan = plannedLoad(profile, measurement.plan)
  const usage = watchUsage(watchedOf(measurement))
  const result = await loader.run(plan, { onBegun: usage.begin, onClosed: usage.end })
  return measuredOf(measurement, plan, result, usage.result())
}

export interface MeasuredBackground {
  /** Notes in the result what happens now. */
  mark(label: string): void
  /** What was counted so far. */
  counts(): Promise<LoadCounts>
  end(): Promise<Measured>
}

/** The same around whatever happens until its `end()`; resolves when the load has warmed up. */
export async function beginMeasuredLoad(
  { profile }: Pick<RunContext, 'profile'>,
  measurement: LoadMeasurement,
): Promise<MeasuredBackground> {
  const plan = { warmUpSeconds: profile.warmUpSeconds, ...measurement.plan }
  const load = await measurement.loader.begin(plan)
  const usage = watchUsage(watchedOf(measurement))
  usage.begin()
  return {
    mark: (label) => load.mark(label),
    counts: () => load.counts(),
    async end() {
      usage.end()
      const result = await load.end()
      return measuredOf(measurement, plan, result, usage.result())
    },
  }
}

/** A plan with the warm-up and the window of a profile, where it has none of its own. */
export function plannedLoad(
  { warmUpSeconds, windowSeconds }: RunContext['profile'],
  plan: UnplannedLoad,
): LoadPlan & { readonly seconds: number } {
  return {
    ...plan,
    warmUpSeconds: plan.warmUpSeconds ?? warmUpSeconds,
    seconds: plan.seconds ?? windowSeconds,
  }
}

function watchedOf({ loader, processes }: LoadMeasurement): readonly MeasuredProcess[] {
  return [{ role: 'client', name: loader.name, pid: loader.pid }, ...processes]
}

/** CPU time between `begin` and `end`, and the largest memory until `end`. A process that has ended by then has used nothing. */
export function watchUsage(watched: readonly MeasuredProcess[]) {
  const families = watched.map(({ role, name, pid }) => ({ role, name, pids: [pid, ...processesBelow(pid)] }))
  let before: readonly number[] = []
  let used: readonly ProcessUsage[] = []
  const cpuOf = (pids: readonly number[]) => sum(pids.map(totalCpuMsOf))
  return {
    begin: () => {
      before = families.map(({ pids }) => cpuOf(pids))
    },
    end: () => {
      used = families.map(({ role, name, pids }, at) => ({
        role,
        name,
        cpuMs: Math.max(0, cpuOf(pids) - (before[at] ?? 0)),
        peakMiB: sum(pids.map(peakMemoryMiBOf)),
      }))
    },
    result: () => used,
  }
}

function measuredOf(
  { backends = [], figures }: LoadMeasurement,
  { loop, connections }: Pick<LoadPlan, 'loop' | 'connections'>,
  result: LoadResult & Partial<Pick<BackgroundResult, 'marks'>>,
  processes: readonly ProcessUsage[],
): Measured {
  const { seconds, calls, messages, bytes, codes, histograms, series, marks, notes } = result
  return {
    load: {
      tool: 'switchyard',
      loop: loop.kind,
      connections,
      ...(loop.kind === 'open' ? { callsPerSecond: loop.callsPerSecond } : { concurrency: loop.concurrency }),
    },
    seconds,
    calls,
    messages,
    bytes,
    codes: { ...codes },
    shares: { ...Object.fromEntries(backends.map((id) => [id, 0])), ...result.shares },
    histograms: Object.fromEntries(
      Object.entries(histograms).flatMap(([name, text]) => (text === undefined ? [] : [[name, text]])),
    ),
    processes: [...processes],
    figures: { ...result.figures, ...figures },
    series: series.map(({ name, unit, points }) => ({
      name,
      unit,
      points: points.map(([atMs, value]): [number, number] => [atMs, value]),
    })),
    ...(marks && { marks: marks.map((mark) => ({ ...mark })) }),
    ...(notes.length > 0 && { notes: [...notes] }),
  }
}

/** Without those that are not known, such as of a process that has ended. */
function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + (Number.isNaN(value) ? 0 : value), 0)
}
