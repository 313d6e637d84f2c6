// `yard processor`: the example of a service that processes calls, alone.

import type { Command } from 'commander'
import { gather, withExamples } from './flags.ts'
import { runInForeground, toArguments } from './foreground.ts'

export function addProcessor(program: Command): void {
  const command = program
    .command('processor')
    .description(
      'Run an example of a service that processes calls (filters.extProc), until Ctrl-C or SIGTERM.',
    )
    .option('--listen <address>', 'Serve on HOST:PORT or unix:/PATH (default: a free port).')
    .option(
      '--header <name=value>',
      'Set this header on calls and answers (repeatable; default: x-processed-by=switchyard).',
      gather,
    )
    .option('--refuse <name>', 'Deny calls with this header (default: x-refuse).')
    .option('--status <status>', 'Deny them with this gRPC status (default: PERMISSION_DENIED).')
  withExamples(command, [
    ['yard processor --listen 127.0.0.1:7600', 'Set x-processed-by on every call.'],
    [
      'yard processor --header x-region=eu --refuse x-blocked --status UNAVAILABLE',
      'Set another header, and deny calls by another one.',
    ],
  ])
  command.action(async (flags: Readonly<Record<string, string | readonly string[]>>) => {
    process.exit(await runInForeground('services/processor/processor.ts', toArguments(flags)))
  })
}
