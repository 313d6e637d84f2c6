// `yard kill`: ends a part of the testbed the hard way, to see what its end does to calls.

import type { Command } from 'commander'
import { killPart } from '../../testbed/kill-part.ts'
import { findTestbed } from '../find-control-plane.ts'
import { report } from '../output/print.ts'
import { withExamples } from './flags.ts'

export function addKill(program: Command): void {
  const command = program
    .command('kill')
    .description('Kill a part of "yard up" with SIGKILL; it is restarted after a pause.')
    .argument('<part...>', 'control-plane, a backend or a node, as in "yard status".')
  withExamples(command, [
    ['yard kill control-plane', 'Show that calls go on without it: yard call edge.'],
    ['yard kill b1', 'Show what a dead backend does to calls.'],
    ['yard kill edge-1', 'Kill an Envoy.'],
  ])
  command.action(async (words: readonly string[]) => {
    const { parts, pid: owner } = await findTestbed(
      'start one with "yard up"; "yard kill" ends only what that has started',
    )
    const { title, pid } = await killPart(parts, words.join(' '), owner)
    report(`killed ${title} (process ${pid}); "yard up" restarts it after 1 s, or more if it keeps ending`)
  })
}
