// `yard authorizer`: the authorizer alone.

import type { Command } from 'commander'
import { gather, withExamples } from './flags.ts'
import { type ParsedFlags, runInForeground, toArguments } from './foreground.ts'

export function addAuthorizer(program: Command): void {
  const command = program
    .command('authorizer')
    .description('Run the authorizer with an OPA policy alone, until Ctrl-C or SIGTERM.')
    .option('--listen <address>', 'Serve on unix:/PATH, or with TLS on HOST:PORT; required.')
    .option('--tls-certificate <file>', 'Certificate for mutual TLS, PEM.')
    .option('--tls-key <file>', 'Its key, PEM.')
    .option('--tls-client-ca <file>', 'Authorities of the Envoys that may ask, PEM.')
    .option('--allow-plaintext', 'Serve HOST:PORT without TLS, to every program that reaches it.')
    .option('--policy <folder>', 'Folder of policy.wasm and data.json, such as policies/authz.')
    .option('--bundle <file>', 'Signed bundle instead, which it reloads when the file changes.')
    .option('--verification-key <file>', "Public key of the bundle's signature, PEM.")
    .option('--state <folder>', 'Folder that remembers the newest bundle; required with --bundle.')
    .option('--minimum-revision <number>', 'Reject bundles with a lower number.')
    .option('--processes <count>', 'Decide in as many processes behind the one address (default: 1).')
    .option('--threads <count>', 'Evaluate as many calls at a time (default: 2).')
    .option(
      '--evaluation-limit-ms <ms>',
      'End evaluations that take longer, and deny their calls (default: 1000).',
    )
    .option('--decision-log <file>', 'Append each decision as a line of JSON; - is standard output.')
    .option(
      '--show <pointer>',
      'Show this field in the log, such as /input/headers/x-tenant (repeatable).',
      gather,
    )
    .option(
      '--mask <pointer>',
      'Mask this field, which the log would show, such as /input/claims/main/sub (repeatable).',
      gather,
    )
  withExamples(command, [
    [
      'yard authorizer --policy policies/authz --listen unix:/tmp/authorizer.sock',
      'Serve a policy of a folder.',
    ],
    [
      'yard authorizer --listen unix:/tmp/a.sock --bundle policy.tar.gz --verification-key policy.pub --state state',
      'Serve what "yard bundle" wrote.',
    ],
  ])
  command.action(async (flags: ParsedFlags) => {
    process.exit(await runInForeground('services/authorizer/authorizer.ts', toArguments(flags)))
  })
}
