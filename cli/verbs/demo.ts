// `yard demo`: the whole demonstration, with a verdict.

import type { Command } from 'commander'
import { type DemoOptions, runDemo } from '../demo/demo.ts'
import { countOf, readPort, withExamples } from './flags.ts'

export function addDemo(program: Command): void {
  const command = program
    .command('demo')
    .description('three Envoys, three backends: L4, each policy at L7, L4 again, all measured')
    .option('--stay', 'stay up afterwards, until Ctrl-C, to be switched by hand', false)
    .option('--calls <number>', 'calls a measurement', countOf(1), 1200)
    .option('--port <number>', 'port of the Envoys; 0 takes a free one', readPort, 0)
    .option('--json <file>', 'write the measurements to a file, as JSON')
  withExamples(command, [
    ['yard demo', 'about half a minute; exit code 0 where all was as promised'],
    ['yard demo --calls 300', 'the same with fewer calls'],
    ['yard demo --stay', 'what "npm start" does'],
  ])
  command.action(async (options: DemoOptions) => {
    // All that was started has ended; calls of a measurement that was cut short would still be tried again.
    process.exit(await runDemo(options))
  })
}
