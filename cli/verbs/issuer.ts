// `yard issuer`: the token issuer alone.

import type { Command } from 'commander'
import { withExamples } from './flags.ts'
import { runInForeground, toArguments } from './foreground.ts'

export function addIssuer(program: Command): void {
  const command = program
    .command('issuer')
    .description('Run a token issuer for development alone, until Ctrl-C or SIGTERM.')
    .option('--issuer <url>', 'The claim iss of its tokens, such as https://issuer.local.')
    .option('--listen <address>', 'Serve the key set on HOST:PORT or unix:/PATH (default: a free port).')
    .option('--tokens <address>', 'Issue tokens to everybody on this loopback address (default: no tokens).')
    .option(
      '--host <name...>',
      'Answer verifiers that call the key set by this name with a dot (default: none).',
    )
    .option('--algorithm <name>', 'Algorithm of the first key (default: ES256).')
  withExamples(command, [
    ['yard issuer --issuer https://issuer.local --listen 127.0.0.1:7300', 'Serve a key set.'],
    [
      'yard issuer --issuer https://issuer.local --tokens 127.0.0.1:7301',
      'Issue tokens too, with POST /token.',
    ],
  ])
  command.action(async (flags: Readonly<Record<string, string | readonly string[]>>) => {
    process.exit(await runInForeground('services/issuer/issuer.ts', toArguments(flags)))
  })
}
