// `yard token`: prints a REST token, for programs other than `yard`.

import type { Command } from 'commander'
import { readToken } from '../../testbed/token-file.ts'
import { findTestbed } from '../find-control-plane.ts'
import { withExamples } from './flags.ts'

const WITHOUT_TESTBED = 'start one with "yard up", or name the tokens.json of "yard serve" with --file FILE'

export function addToken(program: Command): void {
  const command = program
    .command('token')
    .description('Print a REST token of the control plane of "yard up", for curl and other programs.')
    .argument('[name]', 'Operator, viewer, or another name in its tokens.json.', 'operator')
    .option('--file <file>', 'The tokens.json of "yard serve" (default: that of "yard up").')
  withExamples(command, [
    ['yard token viewer', 'Print a read-only token.'],
    ['YARD_TOKEN=$(yard token --file /var/lib/yard/tokens.json)', 'Use the verbs with "yard serve".'],
    ['curl -H "authorization: Bearer $(npx yard token)" URL/v1/status', 'Send a token.'],
  ])
  command.action(async (name: string, { file }: { readonly file?: string }) => {
    const tokens = file ?? (await findTestbed(WITHOUT_TESTBED)).tokens
    process.stdout.write(`${await readToken(tokens, name)}\n`)
  })
}
