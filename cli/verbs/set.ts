// `yard set`: turns single values, by a merge patch.

import type { Command } from 'commander'
import { findControlPlane } from '../find-control-plane.ts'
import { report } from '../output/print.ts'
import { describeOutcome } from './describe-outcome.ts'
import { type AdminFlags, withAdmin, withExamples } from './flags.ts'
import { toMergePatch } from './path.ts'

export function addSet(program: Command): void {
  const command = withAdmin(
    program
      .command('set')
      .description('change values of the desired state, all or none, and wait until the fleets have them')
      .argument('<path=value...>', 'the value is YAML; null removes'),
  )
  withExamples(command, [
    ['yard set fleets.edge.lb.mode=l7', 'turn one switch'],
    ['yard set upstreams.echo.endpoints.b1.weight=5', 'a weight'],
    ['yard set upstreams.echo.endpoints.b3=null', 'take an endpoint out'],
    ["yard set 'upstreams.echo.endpoints.b4={address: 127.0.0.1:7104}'", 'put one in'],
  ])
  command.action(async (assignments: readonly string[], { admin }: AdminFlags) => {
    const patch = toMergePatch(assignments)
    const rest = await findControlPlane(admin)
    report(describeOutcome(await rest.patchConfig(patch)))
  })
}
