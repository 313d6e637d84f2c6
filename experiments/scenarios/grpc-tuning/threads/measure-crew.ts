// A closed loop on one or several server processes behind one port.

import { measureLoad } from '../../../../harness/measure-load.ts'
import type { Measured } from '../../../../harness/results.ts'
import type { RunContext } from '../../../../harness/scenario.ts'
import { startLoader } from '../../../../testbed/loader/start-loader.ts'
import { startServers } from '../servers/start-servers.ts'
import { windowOf } from '../windows.ts'
import { acceptedBy, CONCURRENCY, CREWS, type CrewCell } from './crews.ts'

export async function measureCrew(context: RunContext, { crew, connections }: CrewCell): Promise<Measured> {
  const { processes, sharing } = CREWS[crew]
  const servers = await context.shared(`servers ${crew}`, ({ group }) =>
    startServers(group, processes, sharing),
  )
  const loader = await context.shared('threads: loader', ({ group }) => startLoader(group))
  const before = await servers.accepted()
  const measured = await measureLoad(context, {
    loader,
    processes: [servers.process],
    backends: servers.ids,
    plan: {
      ...{ target: servers.address, connections, ...windowOf(context.profile) },
      loop: { kind: 'closed', concurrency: CONCURRENCY },
      calls: { kind: 'unary' },
    },
  })
  const after = await servers.accepted()
  const figures = servers.ids.map((id, at) => [acceptedBy(id), (after[at] ?? 0) - (before[at] ?? 0)])
  return { ...measured, figures: { ...measured.figures, ...Object.fromEntries(figures) } }
}
