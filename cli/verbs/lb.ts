// `yard lb`: the switch itself.

import { Argument, type Command } from 'commander'
import { nameOfLb } from '../../api/lb-name.ts'
import { LB_MODES, type LbMode, type LbSetting } from '../../api/schemas/lb.ts'
import type { WriteAnswer } from '../../api/schemas/write-answer.ts'
import { findControlPlane } from '../find-control-plane.ts'
import { print, report } from '../output/print.ts'
import { describeOutcome } from './describe-outcome.ts'
import { type AdminFlags, type OutputFlags, withAdmin, withExamples, withOutput } from './flags.ts'

export function addLb(program: Command): void {
  const command = withOutput(
    withAdmin(
      program
        .command('lb')
        .description('show how a fleet balances, or switch it and wait until all of it has ACKed')
        .argument('<fleet>', 'the fleet')
        .addArgument(new Argument('[mode]', 'l4: by connection, l7: by call').choices(LB_MODES))
        .argument('[policy]', 'round_robin, least_request, random, ring_hash, maglev; omitted, it stays'),
    ),
  )
  withExamples(command, [
    ['yard lb edge', 'what is in effect'],
    ['yard lb edge l7 least_request', 'switch it'],
    ['yard lb edge l4', 'and back'],
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
    report(describeOutcome(answer))
  })
}
