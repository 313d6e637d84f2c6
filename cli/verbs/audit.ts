// `yard audit`: verifies the audit log of REST.

import { type Command, InvalidArgumentError } from 'commander'
import type { ChainLink } from '../../control-plane/access/audit-chain.ts'
import { withExamples } from './flags.ts'

interface VerifyFlags {
  readonly head?: readonly ChainLink[]
}

export function addAudit(program: Command): void {
  const command = program.command('audit').description('Verify the audit log of REST.')
  withExamples(command, [['yard audit verify /var/lib/yard/audit.jsonl', 'Find changed and missing lines.']])
  addVerify(command)
}

function addVerify(audit: Command): void {
  const command = audit
    .command('verify')
    .description('Find lines that were changed, removed, inserted or moved; exit with 1 if there are any.')
    .argument('[files...]', 'Audit logs, oldest first (default: that of "yard up").')
    .option(
      '--head <line>',
      'NUMBER:DIGEST as an earlier run printed it: this line must be there (repeatable).',
      readHeads,
    )
  withExamples(command, [
    ['yard audit verify /var/lib/yard/audit.jsonl', 'Verify the log of "yard serve".'],
    [
      'yard audit verify audit-2029.jsonl /var/lib/yard/audit.jsonl',
      'The same, if it was moved away meanwhile.',
    ],
    [
      'yard audit verify audit.jsonl --head 812:9f86…',
      'Also prove that the log has the line 812 of an earlier run.',
    ],
  ])
  command.action(async (files: readonly string[], { head = [] }: VerifyFlags) => {
    const { verify } = await import('./audit/verify.ts')
    await verify(files, head)
  })
}

function readHeads(text: string, before: readonly ChainLink[] = []): readonly ChainLink[] {
  const [, number, digest] = /^(\d{1,15}):([\da-f]{64})$/.exec(text) ?? []
  if (number === undefined || digest === undefined) {
    throw new InvalidArgumentError('Write NUMBER:DIGEST, as "yard audit verify" prints it.')
  }
  return [...before, { number: Number(number), digest }]
}
