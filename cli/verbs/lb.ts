// `yard lb`: shows or switches how a fleet balances load.

import { Argument, type Command } from 'commander'
import { nameOfLb } from '../../api/lb-name.ts'
import { LB_MODES, type LbMode, type LbSetting } from '../../api/schemas/lb.ts'
import type { WriteAnswer } from '../../api/schemas/write-answer.ts'
import { findControlPlane } from '../find-control-plane.ts'
import { print, report } from '../output/print.ts'
import { describeWrite } from './describe-outcome.ts'
import { type AdminFlags, type OutputFlags, withAdmin, withExamples, withOutput } from './flags.ts'

export function addLb(program: Command): void {
  const command = withOutput(
    withAdmin(
      program
        .command('lb')
        .description('Show how a fleet balances load; or switch it, and wait until every Envoy has ACKed.')
        .argument('<fleet>', 'Name of the fleet.')
        .addArgument(new Argument('[mode]', 'l4 balances connections, l7 calls.').choices(LB_MODES))
        .argument('[policy]', 'Such as round_robin or least_request (default: keep the current policy).'),
    ),
  )
  withExamples(command, [
    ['yard lb edge', 'Show the current setting.'],
    ['yard lb edge l7 least_request', 'Switch to L7 with least request.'],
    ['yard lb edge l4', 'Switch back to L4.'],
  ])
  command.action(async (fleet: string, mode: LbMode | undefined, policy: string | undefined, flags) => {
    const { admin, output }: AdminFlags & OutputFlags = flags
    const rest = await findControlPlane(admin)
    if (mode === undefined) {
      print(await rest.getLb(fleet), output, nameOfLb)
      return
    }
    const answer = await rest.putLb(fleet, { mode, ...(policy === undefined ? {} : { policy }) })
    print<LbSetting & WriteAnswer>(answer, output, nameOfLb)
    report(describeWrite(answer))
  })
}
