// `yard get`: prints the desired state or a part of it.

import type { Command } from 'commander'
import { parsePath } from '../../core/document-path.ts'
import { renderTable } from '../../testbed/measure/table.ts'
import { findControlPlane } from '../find-control-plane.ts'
import { print } from '../output/print.ts'
import { type AdminFlags, countOf, type OutputFlags, withAdmin, withExamples, withOutput } from './flags.ts'
import { olderOriginComment, originComment } from './origin.ts'
import { leavesOf, valueAt } from './path.ts'
import { revisionInForce } from './revision-in-force.ts'

interface GetFlags extends AdminFlags, OutputFlags {
  readonly revision?: number
}

export function addGet(program: Command): void {
  const command = withOutput(
    withAdmin(
      program
        .command('get')
        .description('Print the desired state, or the part at a path.')
        .argument('[path]', 'Such as fleets.edge.lb, or upstreams["a.b"] for a name with dots.')
        .option('--revision <number>', 'Print the document of this revision.', countOf(1)),
    ),
    'yaml',
  )
  withExamples(command, [
    ['yard get > my.yaml', 'Save the document, to edit and apply it.'],
    ['yard get fleets.edge.lb -o json', 'Print a part of it.'],
    ['yard get --revision 3', 'Print an earlier document.'],
    ['yard get upstreams -o table', 'Print each value with the path that "yard set" takes.'],
  ])
  command.action(async (path: string | undefined, { admin, output, revision }: GetFlags) => {
    const rest = await findControlPlane(admin)
    const wanted = revision === undefined ? await revisionInForce(rest) : await rest.getRevision(revision)
    if (path === undefined && output === 'yaml') {
      const comment =
        revision === undefined
          ? originComment(wanted)
          : olderOriginComment(revision, await revisionInForce(rest))
      process.stdout.write(`${comment}\n`)
    }
    const { document } = wanted
    const value = path === undefined ? document : valueAt(document, path)
    print(value, output, (shown) => renderLeaves(shown, path === undefined ? [] : parsePath(path)))
  })
}

function renderLeaves(value: unknown, prefix: readonly string[]): string {
  return renderTable(
    [{ title: 'path' }, { title: 'value' }],
    leavesOf(value, prefix).map(([path, leaf]) => [path, JSON.stringify(leaf)]),
  )
}
