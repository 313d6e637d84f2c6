// `yard load`: shows the calls to each backend, as the nodes report them.

import type { Command } from 'commander'
import type { RestClient } from '../../api/client.ts'
import type { Load } from '../../api/schemas/load.ts'
import type { LoadQuery } from '../../api/schemas/request.ts'
import { findControlPlane } from '../find-control-plane.ts'
import { print } from '../output/print.ts'
import { type AdminFlags, type OutputFlags, withAdmin, withExamples, withOutput } from './flags.ts'
import { loadSince } from './load-since.ts'
import { renderLoad } from './render-load.ts'

type LoadFlags = AdminFlags & OutputFlags & LoadQuery & { readonly watch: boolean }

export function addLoad(program: Command): void {
  const command = withOutput(
    withAdmin(
      program
        .command('load')
        .description('Show the calls to each backend, as the nodes report them (LRS).')
        .option('--fleet <name>', 'Only calls of this fleet.')
        .option('--upstream <name>', 'Only calls to this upstream.')
        .option('--node <id>', 'Only calls of this node.')
        .option(
          '--watch',
          'Count from now on, and show the counts after each interval of the reports, until Ctrl-C.',
          false,
        ),
    ),
  )
  withExamples(command, [
    ['yard load', 'Show all calls since the control plane started.'],
    ['yard load --fleet edge --upstream echo --watch', 'Watch how calls are spread from now on.'],
    ['yard load -o json | jq .nodes', 'Print which nodes report.'],
  ])
  command.action(async ({ admin, output, watch, fleet, upstream, node }: LoadFlags) => {
    const rest = await findControlPlane(admin)
    const query = { ...(fleet && { fleet }), ...(upstream && { upstream }), ...(node && { node }) }
    if (watch) await watchLoad(rest, query, output)
    else print(await rest.getLoad(query), output, renderLoad)
  })
}

/** Until the process is interrupted. */
async function watchLoad(rest: RestClient, query: LoadQuery, output: OutputFlags['output']): Promise<never> {
  const before = await rest.getLoad(query)
  for (;;) {
    await new Promise((resolve) => setTimeout(resolve, before.intervalMs))
    const now: Load = loadSince(before, await rest.getLoad(query))
    print(now, output, (load) => `${renderLoad(load)}\n`)
  }
}
