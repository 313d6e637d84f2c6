// `yard token`: a token for REST, to be sent by something else than `yard`.

import type { Command } from 'commander'
import { readToken } from '../../testbed/token-file.ts'
import { findTestbed } from '../find-control-plane.ts'
import { withExamples } from './flags.ts'

export function addToken(program: Command): void {
  const command = program
    .command('token')
    .description('print a token of the control plane of "yard up", for curl and the like')
    .argument('[name]', 'whose: operator, viewer, or another of its tokens.json', 'operator')
  withExamples(command, [
    ['yard token viewer', 'one that can only look'],
    ['curl -H "authorization: Bearer $(npx yard token)" URL/v1/status', 'send one'],
  ])
  command.action(async (name: string) => {
    const { tokens } = await findTestbed()
    process.stdout.write(`${await readToken(tokens, name)}\n`)
  })
}
