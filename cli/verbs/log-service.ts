// `yard log-service`: the receiver of access logs that Envoys stream, alone.

import type { Command } from 'commander'
import { withExamples } from './flags.ts'
import { runInForeground, toArguments } from './foreground.ts'

export function addLogService(program: Command): void {
  const command = program
    .command('log-service')
    .description('Run a receiver of access logs (accessLog.grpc with an upstream), until Ctrl-C or SIGTERM.')
    .option('--listen <address>', 'Serve on HOST:PORT or unix:/PATH (default: a free port).')
    .option('--out <file>', 'Append a line of JSON for each entry; - is standard output (default: -).')
    .option('--metrics <address>', 'Serve metrics at http://HOST:PORT/metrics (default: none).')
  withExamples(command, [
    ['yard log-service --listen 127.0.0.1:7600', 'Print what Envoys log.'],
    ['yard log-service --listen 127.0.0.1:7600 --out calls.jsonl', 'Write it to a file.'],
  ])
  command.action(async (flags: Readonly<Record<string, string>>) => {
    process.exit(await runInForeground('services/log-service/log-service.ts', toArguments(flags)))
  })
}
