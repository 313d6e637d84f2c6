// Our load generator and ghz on one server without any way between: they must agree, or what the others measured means nothing.

import {
  COMPARED_DELAY_MS,
  type ComparedTarget,
  compareLoaders,
  type LoaderComparison,
} from '../../../../harness/compare-loaders.ts'
import { NEEDS_GO } from '../../../../harness/needs.ts'
import type { BarsSection, CurvesSection } from '../../../../harness/report/section.ts'
import type { Results } from '../../../../harness/results.ts'
import type { Run, RunContext } from '../../../../harness/scenario.ts'
import { roundsOf } from '../../../../harness/statistics/rounds.ts'
import { startGrpcServer } from '../../../../testbed/grpc-server-process.ts'
import { startLoader } from '../../../../testbed/loader/start-loader.ts'
import { CONCURRENCY } from '../workloads.ts'

/** The server is the one in Go, whose timers are exact to a tenth of a millisecond. */
export async function openComparedServer(context: RunContext): Promise<ComparedTarget> {
  const server = await context.shared('compared-server', ({ group, folder }) =>
    startGrpcServer(group, folder, { language: 'go', name: 'compared', listen: '127.0.0.1:0' }),
  )
  return {
    loader: await startLoader(context.group),
    target: server.listening,
    processes: server.pid === undefined ? [] : [{ role: 'server', name: server.name, pid: server.pid }],
  }
}

const SERVER = { open: openComparedServer, needs: [NEEDS_GO] }

export const LOADERS = compareLoaders(SERVER)

/** As fast as they can: what a way cannot be measured beyond. */
const CEILING = compareLoaders({
  ...{ ...SERVER, name: 'loader-ceiling' },
  loads: { connections: 4, loop: { kind: 'closed', concurrency: CONCURRENCY }, calls: { kind: 'unary' } },
})

export const LOADER_RUNS: readonly Run[] = [...LOADERS.runs, ...CEILING.runs]

export function loadersSections(results: Pick<Results, 'runs'>): readonly [CurvesSection, BarsSection] {
  const { detail } = LOADERS.check(results)
  return [
    {
      kind: 'curves',
      title: 'Two load generators on one server',
      says: `Nothing is between, and the server waits ${COMPARED_DELAY_MS} ms. From the moment a call is sent: ${detail}.`,
      curves: measuredOf(LOADERS, results).map(({ label, rounds }) => ({
        label,
        histograms: rounds.flatMap(({ histograms }) => histograms.service ?? []),
      })),
    },
    {
      kind: 'bars',
      title: `What the load generators can do: ${CONCURRENCY} calls at a time to one server`,
      says: 'Client and server share the cores of this machine. Throughput of a way near that of our own load generator, which is switchyard here, says more about the load generator than about the way.',
      unit: 'calls/s',
      bars: measuredOf(CEILING, results).map(({ label, rounds }) => ({
        label,
        values: rounds.map(({ calls, seconds }) => calls / seconds),
      })),
    },
  ]
}

/** Those that were measured, by the name of the tool. */
function measuredOf({ runs }: LoaderComparison, results: Pick<Results, 'runs'>) {
  return runs
    .map(({ id, labels }) => ({ label: labels.tool ?? id, rounds: roundsOf(results, id) }))
    .filter(({ rounds }) => rounds.length > 0)
}
