// `yard get`: the document, or a part of it.

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
        .description('print the desired state, or the part of it that a path leads to')
        .argument('[path]', 'such as fleets.edge.lb, or upstreams["a.b"] where a name has dots'),
    ),
    'yaml',
  )
  withExamples(command, [
    ['yard get > my.yaml', 'the whole document, to be edited and applied'],
    ['yard get fleets.edge.lb -o json', 'a part of it'],
    ['yard get upstreams -o table', 'a line for each value, with the path that "yard set" takes'],
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
