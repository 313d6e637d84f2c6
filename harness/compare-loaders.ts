// Two load generators on one target, in turns: ours and ghz must agree, or one of them measures itself.

import type { ProcessStarter } from '../processes/process-group.ts'
import { findGhz, hasGhz, INSTALL_GHZ } from '../testbed/ghz/find-ghz.ts'
import { runGhz } from '../testbed/ghz/run-ghz.ts'
import type { LoadTls } from '../testbed/loader/load-plan.ts'
import type { Loader } from '../testbed/loader/start-loader.ts'
import {
  type MeasuredProcess,
  measureLoad,
  plannedLoad,
  type UnplannedLoad,
  watchUsage,
} from './measure-load.ts'
import type { Check, Measured, Results } from './results.ts'
import type { Need, Run, RunContext } from './scenario.ts'
import { type Quantile, quantileOver, roundsOf } from './statistics/rounds.ts'

const [OURS, GHZ] = ['switchyard', 'ghz']

/** By quantile, the largest error that passes for agreement. */
export const AGREEMENT = [
  { name: 'p50', share: 0.5, most: 0.02 },
  { name: 'p99', share: 0.99, most: 0.1 },
] as const

/** To start a tool and to end it. */
const SECONDS_AROUND = 1

/** With fewer, nobody knows how much a tool differs from itself. */
const FEWEST_ROUNDS = 3

/**
 * How long the server waits. grpc-js takes 0.1 to 0.3 ms longer for a call than Go, which is its own time and no error of a clock:
 * 2 % of a call of 20 ms are more than that.
 */
export const COMPARED_DELAY_MS = 20

export const NEEDS_GHZ: Need = { name: 'ghz', install: INSTALL_GHZ, isThere: () => hasGhz() }

export interface ComparedTarget {
  readonly loader: Loader
  /** `HOST:PORT` or `unix:/PATH` */
  readonly target: string
  /** Default: plaintext. */
  readonly tls?: LoadTls
  readonly processes: readonly MeasuredProcess[]
}

export interface LoaderComparison {
  readonly runs: readonly Run[]
  readonly check: (results: Pick<Results, 'runs'>) => Check
}

export type Loads = Pick<UnplannedLoad, 'connections' | 'loop' | 'calls' | 'warmUpSeconds' | 'seconds'>

/**
 * The rate has no simple ratio to the ticks of any clock: calls that came at the same phase of the server's timer in each
 * millisecond would all be rounded alike.
 */
export const COMPARED_LOADS: Loads = {
  connections: 2,
  loop: { kind: 'open', callsPerSecond: 197 },
  calls: { kind: 'unary', delayMs: COMPARED_DELAY_MS },
}

export interface LoaderComparisonOptions {
  /** Of the ids of its runs, before the name of the tool. Default: `loader`. */
  readonly name?: string
  /** Among the labels of the runs. Default: `one server, by two load generators`. */
  readonly way?: string
  /** Should answer after the delay of the calls, and do nothing else. */
  readonly open: (context: RunContext) => Promise<ComparedTarget>
  /** Of the target. */
  readonly needs?: readonly Need[]
  readonly loads?: Loads
  /** How often each run is measured at most. Default: as often as the plan says. */
  readonly rounds?: number
}

/** Two runs for a plan, next to each other in every round, and the check that they agree. */
export function compareLoaders({
  name = 'loader',
  open,
  needs = [],
  loads = COMPARED_LOADS,
  way = 'one server, by two load generators',
  rounds,
}: LoaderComparisonOptions): LoaderComparison {
  const idOf = (tool: string) => `${name}.${tool}`
  const run = (tool: string, { measure }: Pick<Run, 'measure'>): Run => ({
    id: idOf(tool),
    labels: { way, tool },
    needs: [NEEDS_GHZ, ...needs],
    ...(rounds !== undefined && { rounds }),
    ...(loads.seconds !== undefined && {
      seconds: (loads.warmUpSeconds ?? 0) + loads.seconds + SECONDS_AROUND,
    }),
    measure,
  })
  return {
    runs: [
      run(OURS, {
        measure: async (context) => {
          const { loader, processes, ...where } = await open(context)
          return await measureLoad(context, { loader, processes, plan: { ...loads, ...where } })
        },
      }),
      run(GHZ, {
        measure: async (context) => {
          // Its build must not be measured.
          findGhz()
          const { loader: _, processes, ...where } = await open(context)
          return await measureGhz(context, processes, { ...loads, ...where })
        },
      }),
    ],
    check: (results) => checkAgreement(roundsOf(results, idOf(OURS)), roundsOf(results, idOf(GHZ))),
  }
}

/** The same as `measureLoad` by ghz, for what ghz can do. */
export async function measureGhz(
  context: Pick<RunContext, 'profile' | 'folder'> & { readonly group: ProcessStarter },
  processes: readonly MeasuredProcess[],
  load: UnplannedLoad,
): Promise<Measured> {
  const plan = plannedLoad(context.profile, load)
  const timers: NodeJS.Timeout[] = []
  let usage = watchUsage(processes)
  const result = await runGhz(context.group, plan, {
    folder: context.folder,
    onStarted: (pid) => {
      usage = watchUsage([{ role: 'client', name: 'ghz', pid }, ...processes])
      const beginMs = plan.warmUpSeconds * 1_000
      timers.push(setTimeout(usage.begin, beginMs))
      timers.push(setTimeout(usage.end, beginMs + plan.seconds * 1_000))
    },
  })
  // Those of a ghz that ended early.
  for (const timer of timers) clearTimeout(timer)
  const { connections, loop } = plan
  return {
    load: {
      ...{ tool: 'ghz', loop: loop.kind, connections },
      ...(loop.kind === 'open' ? { callsPerSecond: loop.callsPerSecond } : { concurrency: loop.concurrency }),
    },
    seconds: result.seconds,
    calls: result.calls,
    codes: { ...result.codes },
    histograms: { ...result.histograms },
    processes: [...usage.result()],
    figures: {},
    notes: ['ghz does not say when its window begins: CPU time is from its start and the warm-up on'],
  }
}

/**
 * Whether the quantiles of all rounds agree. Where those of one tool alone vary more from round to round than the two may differ,
 * the check cannot be decided, and says so.
 */
export function checkAgreement(ours: readonly Measured[], ghz: readonly Measured[]): Check {
  const check = {
    row: 'O4.9',
    title: 'Our load generator and ghz measure the same on the same target: within 2 % at p50, 10 % at p99',
  }
  if (ours.length === 0 || ghz.length === 0) {
    return { ...check, outcome: 'not measured', detail: `${ours.length === 0 ? 'ours' : 'ghz'} did not run` }
  }
  const isDecidable = Math.min(ours.length, ghz.length) >= FEWEST_ROUNDS
  const compared = AGREEMENT.map(({ name, share, most }) => {
    const [a, b] = [quantileOver(ours, 'service', share), quantileOver(ghz, 'service', share)]
    const error = Math.abs(a.merged / b.merged - 1)
    const isSteady = isDecidable && spanOf(a) <= most && spanOf(b) <= most
    const figures = `${a.merged.toFixed(2)} ms and ${b.merged.toFixed(2)} ms with ghz (${(error * 100).toFixed(1)} %)`
    return {
      agrees: error <= most,
      isSteady,
      text: `${name}: ${figures}${isSteady ? '' : `, in ${a.values.length} rounds that differ by up to ${percent(Math.max(spanOf(a), spanOf(b)))} themselves`}`,
    }
  })
  const disagrees = compared.filter(({ agrees }) => !agrees)
  const isUndecided = disagrees.length > 0 && disagrees.every(({ isSteady }) => !isSteady)
  return {
    ...check,
    outcome: disagrees.length === 0 ? 'holds' : isUndecided ? 'not measured' : 'fails',
    detail: compared.map(({ text }) => text).join('; '),
  }
}

/** From the lowest round to the highest, as a share of the median. */
function spanOf({ values, median }: Quantile): number {
  return (Math.max(...values) - Math.min(...values)) / median
}

function percent(share: number): string {
  return `${(share * 100).toFixed(0)} %`
}
