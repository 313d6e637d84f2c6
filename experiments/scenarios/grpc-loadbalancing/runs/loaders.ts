// Our load generator and ghz on one server without any way between: they must agree, or what the others measured means nothing.

import { startGrpcServer } from '../../../../testbed/grpc-server-process.ts'
import { startLoader } from '../../../../testbed/loader/start-loader.ts'
import { COMPARED_DELAY_MS, compareLoaders } from '../../../harness/compare-loaders.ts'
import type { CurvesSection } from '../../../harness/report/section.ts'
import type { Results } from '../../../harness/results.ts'
import { roundsOf } from '../../../harness/statistics/rounds.ts'
import { NEEDS_GO } from '../ways/needs.ts'

/** The server is the one in Go, whose timers are exact to a tenth of a millisecond. */
export const LOADERS = compareLoaders({
  needs: [NEEDS_GO],
  open: async (context) => {
    const server = await context.shared('compared-server', ({ group, folder }) =>
      startGrpcServer(group, folder, { language: 'go', name: 'compared', listen: '127.0.0.1:0' }),
    )
    return {
      loader: await startLoader(context.group),
      target: server.listening,
      processes: server.pid === undefined ? [] : [{ role: 'server', name: server.name, pid: server.pid }],
    }
  },
})

export function loadersSection(results: Pick<Results, 'runs'>): CurvesSection {
  const { detail } = LOADERS.check(results)
  return {
    kind: 'curves',
    title: 'Two load generators on one server',
    says: `Nothing is between, and the server waits ${COMPARED_DELAY_MS} ms. From the moment a call is sent: ${detail}.`,
    curves: LOADERS.runs.flatMap(({ id, labels }) => {
      const histograms = roundsOf(results, id).flatMap(({ histograms }) => histograms.service ?? [])
      return histograms.length === 0 ? [] : [{ label: labels.tool ?? id, histograms }]
    }),
  }
}
