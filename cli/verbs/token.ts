// `yard token`: prints a REST token for programs other than `yard`; makes, lists and revokes tokens.

import { type Command, Option } from 'commander'
import { ROLES } from '../../api/schemas/tokens.ts'
import { readToken } from '../../testbed/token-file.ts'
import { findTestbed } from '../find-control-plane.ts'
import { gather, withAdmin, withExamples, withOutput } from './flags.ts'
import { createToken, listTokens, revokeToken } from './token/manage.ts'

const WITHOUT_TESTBED = 'start one with "yard up", or name the tokens.json of "yard serve" with --file FILE'

export function addToken(program: Command): void {
  const command = program
    .command('token')
    .description('Print a REST token for curl and other programs; or make, list and revoke tokens.')
    .argument('[name]', 'Operator, viewer, admin, or another name in its tokens.json.', 'operator')
    .option('--file <file>', 'The tokens.json of "yard serve" (default: that of "yard up").')
  withExamples(command, [
    ['yard token viewer', 'Print a read-only token.'],
    ['YARD_TOKEN=$(yard token --file /var/lib/yard/tokens.json)', 'Use the verbs with "yard serve".'],
    ['curl -H "authorization: Bearer $(npx yard token)" URL/v1/status', 'Send a token.'],
    ['yard token create ci --role operator --fleet edge --lifetime 12h', 'Make a token for one fleet.'],
  ])
  command.action(async (name: string, { file }: { readonly file?: string }) => {
    const tokens = file ?? (await findTestbed(WITHOUT_TESTBED)).tokens
    process.stdout.write(`${await readToken(tokens, name)}\n`)
  })
  addCreate(command)
  addList(command)
  addRevoke(command)
}

function addCreate(token: Command): void {
  const command = withAdmin(
    token
      .command('create')
      .description(
        "Make a token, valid at once, and print it: nothing else shows it. Needs an admin's token.",
      )
      .argument('<name>', 'Its name, which is the author of its writes.')
      .addOption(new Option('--role <name>', 'What it may do.').choices(ROLES).makeOptionMandatory())
      .option('--fleet <name>', 'Limit it to this fleet (repeatable).', gather)
      .option('--lifetime <duration>', 'How long it is valid, up to 8784h (default: 720h).'),
  )
  withExamples(command, [
    ['yard token create alice --role operator', 'Make a token for a person, for 30 days.'],
    ['yard token create b4 --role registrar --lifetime 8784h', 'Make one that may only register endpoints.'],
  ])
  command.action(createToken)
}

function addList(token: Command): void {
  const command = withOutput(
    withAdmin(
      token.command('list').description("List the tokens and when they end. Needs an admin's token."),
    ),
  )
  withExamples(command, [['yard token list', 'Show which tokens there are, and who made them.']])
  command.action(listTokens)
}

function addRevoke(token: Command): void {
  const command = withAdmin(
    token
      .command('revoke')
      .description("Revoke a token, effective at once. Needs an admin's token.")
      .argument('<name>', 'Its name.'),
  )
  withExamples(command, [['yard token revoke ci', 'Deny the token, and end the sessions that it began.']])
  command.action(revokeToken)
}
