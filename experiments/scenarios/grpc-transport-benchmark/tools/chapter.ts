// ghz and our load generator on the same server over the same transport: over a Unix socket, by TLS, many at a time.

import type { Chapter } from '../../../../harness/chapter.ts'
import { check } from '../../../../harness/check.ts'
import { measureGhz, NEEDS_GHZ } from '../../../../harness/compare-loaders.ts'
import { measureLoad, type UnplannedLoad } from '../../../../harness/measure-load.ts'
import type { Profile } from '../../../../harness/profile.ts'
import type { Measured } from '../../../../harness/results.ts'
import type { RunContext } from '../../../../harness/scenario.ts'
import { failedOf } from '../../../../harness/statistics/round.ts'
import { findGhz } from '../../../../testbed/ghz/find-ghz.ts'
import { startLoader } from '../../../../testbed/loader/start-loader.ts'
import { TRANSPORTS } from '../../../../testbed/transports/all.ts'
import { needsOf } from '../ends.ts'
import { BASE, shapeOf } from '../matrix/cells.ts'
import { TOOL_CELLS, TOOLS, type Tool, type ToolCell, toolId } from './cells.ts'
import { measuredTools } from './measured.ts'
import { sectionsOf } from './sections.ts'
import { startToolServer } from './servers.ts'

/** With fewer rounds there is no t-interval. */
const ROUNDS = 4
const START_SECONDS = 0.3

export const TOOLS_CHAPTER: Chapter = {
  title: 'Two load generators',
  runs: (profile) =>
    TOOL_CELLS[profile.name].flatMap((cell) => {
      const transport = TRANSPORTS.find(({ id }) => id === cell.transport)
      if (transport === undefined) return []
      const { warmUpSeconds, seconds } = windowOf(profile)
      return (Object.keys(TOOLS) as Tool[]).map((tool) => ({
        id: toolId(cell, tool),
        labels: {
          transport: transport.title,
          security: cell.hasTls ? 'TLS' : 'plaintext',
          'at a time': String(cell.concurrency),
          tool,
        },
        // Without one of both there is nothing to compare.
        needs: [NEEDS_GHZ, ...needsOf(transport)],
        ...(transport.emulates !== undefined && { emulates: transport.emulates }),
        ...(profile.name !== 'full' && { rounds: ROUNDS }),
        seconds: warmUpSeconds + seconds + START_SECONDS,
        measure: (context: RunContext) => measure(context, cell, tool),
      }))
    }),
  checks: (results) => [
    check(
      'O8.12',
      'ghz and this load generator have every call answered by the same server: over Unix sockets, by TLS, many at a time',
      measuredTools(results).flatMap(({ name, rounds }) =>
        (Object.keys(TOOLS) as Tool[]).flatMap((tool) =>
          rounds[tool].map((round) => ({
            fact: `${name}, ${TOOLS[tool]}: ${failedOf(round)} of ${round.calls} calls failed`,
            holds: round.calls === 0 ? undefined : failedOf(round) === 0,
          })),
        ),
      ),
    ),
  ],
  sections: sectionsOf,
}

function windowOf({ name, warmUpSeconds, windowSeconds }: Profile) {
  if (name === 'full') return { warmUpSeconds: warmUpSeconds / 4, seconds: windowSeconds / 4 }
  return name === 'quick' ? { warmUpSeconds: 0.1, seconds: 0.3 } : { warmUpSeconds: 0.3, seconds: 1 }
}

async function measure(context: RunContext, cell: ToolCell, tool: Tool): Promise<Measured> {
  const transport = TRANSPORTS.find(({ id }) => id === cell.transport)
  if (transport === undefined) throw new TypeError(`there is no transport ${cell.transport}`)
  // Its build must not be measured.
  findGhz()
  const server = await startToolServer(context, transport, cell.hasTls)
  const processes = [{ role: 'server', name: 'server', pid: server.pid }] as const
  const plan: UnplannedLoad = {
    target: server.target,
    connections: 1,
    loop: { kind: 'closed', concurrency: cell.concurrency },
    calls: shapeOf(BASE),
    ...(server.tls && { tls: server.tls }),
    ...windowOf(context.profile),
  }
  if (tool === 'ghz') return await measureGhz({ ...context, group: server.laid.client }, processes, plan)
  const loader = await context.shared(`loader of tools over ${transport.id}`, () =>
    startLoader(server.laid.client, { name: `tools loader of ${transport.id}` }),
  )
  const { series: _, ...measured } = await measureLoad(context, { loader, plan, processes })
  return measured
}
