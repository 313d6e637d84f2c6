// `yard issue`: a token of the testbed's issuer, for calls through its fleets.

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
    .description('print a token of the issuer of "yard up --security", for calls')
    .option('--role <name>', 'an entry of its claim roles, such as admin; may be given again', gather, [])
    .option('--subject <name>', 'whose it is', 'alice')
    .option('--audience <name>', 'what it is for', AUDIENCE)
    .option('--scope <text>', 'its claim scope, such as kv:write')
    .option('--seconds <number>', 'how long it is good for', countOf(1), 600)
  withExamples(command, [
    ['yard issue --role user', 'who may call what the policies let users call'],
    ['yard call edge -t $(yard issue --role admin)', 'called with it'],
  ])
  command.action(async ({ role, subject, audience, scope, seconds }: IssueFlags) => {
    const { security } = await findTestbed()
    if (security === undefined) {
      throw new SwitchyardError('not-found', 'this testbed has no issuer: start it by "yard up --security"')
    }
    const claims = { roles: role, ...(scope !== undefined && { scope }) }
    const options = { subject, audience, lifetime: seconds, claims }
    process.stdout.write(`${await fetchToken(security.issuer.tokens, options)}\n`)
  })
}

function gather(text: string, before: readonly string[]): readonly string[] {
  if (text !== '') return [...before, text]
  throw new InvalidArgumentError('it is the name of a role.')
}
