// `yard demo`: the demonstration with its verdict.

import type { Command } from 'commander'
import { type DemoOptions, runDemo } from '../demo/demo.ts'
import { countOf, readPort, withExamples } from './flags.ts'

export function addDemo(program: Command): void {
  const command = program
    .command('demo')
    .description('Measure three Envoys and three backends at L4, with each policy at L7, and at L4 again.')
    .option('--stay', 'Keep running afterwards until Ctrl-C, for other verbs.', false)
    .option('--calls <number>', 'Calls per measurement.', countOf(1), 1200)
    .option('--port <number>', 'Port of the Envoys; 0 picks a free one.', readPort, 0)
    .option('--json <file>', 'Write the measurements to a file.')
  withExamples(command, [
    ['yard demo', 'Run for half a minute; exit with 0 if everything is as expected.'],
    ['yard demo --calls 300', 'Send fewer calls.'],
    ['yard demo --stay', 'Do what "npm start" does.'],
  ])
  command.action(async (options: DemoOptions) => {
    // Every process has ended; without an exit, calls of an interrupted measurement would still be retried.
    process.exit(await runDemo(options))
  })
}
