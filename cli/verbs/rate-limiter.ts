// `yard rate-limiter`: the rate limiter that Envoys share, alone.

import type { Command } from 'commander'
import { gather, withExamples } from './flags.ts'
import { runInForeground, toArguments } from './foreground.ts'

export function addRateLimiter(program: Command): void {
  const command = program
    .command('rate-limiter')
    .description('Run the rate limiter that Envoys share (filters.globalRateLimit), until Ctrl-C or SIGTERM.')
    .option('--listen <address>', 'Serve on HOST:PORT or unix:/PATH (default: a free port).')
    .option('--rules <file>', 'File of rules, which it reloads when the file changes (repeatable).', gather)
    .option('--store <url>', 'Keep counts in a Redis, such as redis://127.0.0.1:6379 (default: memory).')
    .option('--metrics <address>', 'Serve metrics at http://HOST:PORT/metrics (default: none).')
  withExamples(command, [
    ['yard rate-limiter --rules rules.yaml --listen 127.0.0.1:7500', 'Limit by the rules of a file.'],
    [
      'yard rate-limiter --rules rules.yaml --store redis://127.0.0.1:6379',
      'Share the counts with other rate limiters.',
    ],
  ])
  command.action(async (flags: Readonly<Record<string, string | readonly string[]>>) => {
    process.exit(await runInForeground('services/rate-limiter/rate-limiter.ts', toArguments(flags)))
  })
}
