// `yard backend`: one echo backend alone, healthy, slow or failing, to see what the fleet makes of it.

import type { Command } from 'commander'
import { countOf, withExamples } from './flags.ts'
import { runInForeground, toArguments } from './foreground.ts'

export function addBackend(program: Command): void {
  const command = program
    .command('backend')
    .description('Run one more echo backend, healthy, slow or failing, until Ctrl-C.')
    .requiredOption('--id <name>', 'The name that its answers have, as "yard call" shows it.')
    .requiredOption('--listen <address>', 'Serve on HOST:PORT or unix:/PATH.')
    .option('--latency-ms <number>', 'Answer each call after this time (default: 0).', countText)
    .option(
      '--fail-percent <number>',
      'Fail this share of the calls with UNAVAILABLE (default: 0).',
      countText,
    )
  withExamples(command, [
    ['yard backend --id bad --listen 127.0.0.1:7109 --fail-percent 100', 'A backend that fails every call.'],
    ['yard backend --id slow --listen 127.0.0.1:7109 --latency-ms 2000', 'A backend that takes two seconds.'],
    [
      "yard set 'upstreams.echo.endpoints.bad={address: 127.0.0.1:7109}'",
      'Send it calls, from another terminal.',
    ],
  ])
  command.action(async (flags: Readonly<Record<string, string>>) => {
    process.exit(await runInForeground('services/backend.ts', toArguments(flags)))
  })
}

function countText(text: string): string {
  return String(countOf(0)(text))
}
