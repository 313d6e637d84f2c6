// `yard get`: prints the desired state or a part of it.

import type { Command } from 'commander'
import { renderTable } from '../../testbed/measure/table.ts'
import { findControlPlane } from '../find-control-plane.ts'
import { print } from '../output/print.ts'
import { type AdminFlags, type OutputFlags, withAdmin, withExamples, withOutput } from './flags.ts'
import { leavesOf, parsePath, valueAt } from './path.ts'

export function addGet(program: Command): void {
  const command = withOutput(
    withAdmin(
      program
        .command('get')
        .description('Print the desired state, or the part at a path.')
        .argument('[path]', 'Such as fleets.edge.lb, or upstreams["a.b"] for a name with dots.'),
    ),
    'yaml',
  )
  withExamples(command, [
    ['yard get > my.yaml', 'Save the document, to edit and apply it.'],
    ['yard get fleets.edge.lb -o json', 'Print a part of it.'],
    ['yard get upstreams -o table', 'Print each value with the path that "yard set" takes.'],
  ])
  command.action(async (path: string | undefined, { admin, output }: AdminFlags & OutputFlags) => {
    const { config } = await (await findControlPlane(admin)).getConfig()
    const value = path === undefined ? config : valueAt(config, path)
    print(value, output, () => renderLeaves(value, path === undefined ? [] : parsePath(path)))
  })
}

function renderLeaves(value: unknown, prefix: readonly string[]): string {
  return renderTable(
    [{ title: 'path' }, { title: 'value' }],
    leavesOf(value, prefix).map(([path, leaf]) => [path, JSON.stringify(leaf)]),
  )
}
