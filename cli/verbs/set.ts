// `yard set`: changes single values with a merge patch.

import type { Command } from 'commander'
import { findControlPlane } from '../find-control-plane.ts'
import { report } from '../output/print.ts'
import { describeWrite } from './describe-outcome.ts'
import { type AdminFlags, withAdmin, withExamples } from './flags.ts'
import { toMergePatch } from './path.ts'

export function addSet(program: Command): void {
  const command = withAdmin(
    program
      .command('set')
      .description('Change values of the desired state, all or none, and wait until every Envoy has ACKed.')
      .argument('<path=value...>', 'The value is YAML; null removes the entry.'),
  )
  withExamples(command, [
    ['yard set fleets.edge.lb.mode=l7', 'Change one switch.'],
    ['yard set upstreams.echo.endpoints.b1.weight=5', 'Change a weight.'],
    ['yard set upstreams.echo.endpoints.b3=null', 'Remove an endpoint.'],
    ["yard set 'upstreams.echo.endpoints.b4={address: 127.0.0.1:7104}'", 'Add an endpoint.'],
  ])
  command.action(async (assignments: readonly string[], { admin }: AdminFlags) => {
    const patch = toMergePatch(assignments)
    const rest = await findControlPlane(admin)
    report(describeWrite(await rest.patchConfig(patch)))
  })
}
