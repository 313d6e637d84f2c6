// `yard issue`: prints a token of the testbed's issuer, for calls through its fleets.

import { type Command, InvalidArgumentError } from 'commander'
import { SwitchyardError } from '../../core/errors.ts'
import { fetchToken } from '../../testbed/issuer.ts'
import { AUDIENCE } from '../../testbed/security.ts'
import { findTestbed } from '../find-control-plane.ts'
import { countOf, withExamples } from './flags.ts'

interface IssueFlags {
  readonly role: readonly string[]
  readonly subject: string
  readonly audience: string
  readonly scope?: string
  readonly seconds: number
}

export function addIssue(program: Command): void {
  const command = program
    .command('issue')
    .description('Print a token for calls, from the issuer of "yard up --security".')
    .option('--role <name>', 'Add a role to the claim roles, such as admin (repeatable).', gather, [])
    .option('--subject <name>', 'Subject (sub).', 'alice')
    .option('--audience <name>', 'Audience (aud).', AUDIENCE)
    .option('--scope <text>', 'Claim scope, such as kv:write.')
    .option('--seconds <number>', 'Validity in seconds.', countOf(1), 600)
  withExamples(command, [
    ['yard issue --role user', 'Print a token with the role user.'],
    ['yard call edge -t $(yard issue --role admin)', 'Call with an admin token.'],
  ])
  command.action(async ({ role, subject, audience, scope, seconds }: IssueFlags) => {
    const { security } = await findTestbed('start one with "yard up --security"')
    if (security === undefined) {
      throw new SwitchyardError('not-found', 'this testbed has no issuer: start it with "yard up --security"')
    }
    const claims = { roles: role, ...(scope !== undefined && { scope }) }
    const options = { subject, audience, lifetime: seconds, claims }
    process.stdout.write(`${await fetchToken(security.issuer.tokens, options)}\n`)
  })
}

function gather(text: string, before: readonly string[]): readonly string[] {
  if (text !== '') return [...before, text]
  throw new InvalidArgumentError('Write the name of a role.')
}
