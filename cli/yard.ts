// The command `yard`: its verbs, their flags and their exit codes.

import { Command, InvalidArgumentError } from 'commander'
import { SwitchyardError } from '../control-plane/errors.ts'
import { runDemo } from './demo/demo.ts'

const program = new Command('yard')
  .description('Switchyard: switch how gRPC calls are balanced on real Envoys, and see what it did.')
  .showHelpAfterError()
  .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : 2))
  .addHelpText(
    'after',
    `
Examples:
  yard demo               L4, then L7, on one real Envoy: where the calls of 1, 4 and 16 connections go
  yard demo --stay        the same, and stays up until Ctrl-C, to be switched by hand
  yard demo --calls 300   with fewer calls

Exit codes: 0 done, and the demonstration measured what it should; 1 it did not, or something failed; 2 bad flags.`,
  )

program
  .command('demo')
  .description(
    'start three backends, an Envoy and the control plane, flip L4 to L7, and show both distributions',
  )
  .option('--stay', 'stay up afterwards, until Ctrl-C', false)
  .option('--calls <number>', 'calls a measurement', positiveInteger, 1200)
  .option('--port <number>', 'port of the Envoy; 0 takes a free one', port, 0)
  .action(async (options: { readonly stay: boolean; readonly calls: number; readonly port: number }) => {
    // All that was started has ended; calls of a measurement that was cut short would still be tried again.
    process.exit(await runDemo(options))
  })

function positiveInteger(text: string): number {
  const value = Number(text)
  if (Number.isInteger(value) && value > 0) return value
  throw new InvalidArgumentError(`it is a whole number of at least 1, not "${text}".`)
}

function port(text: string): number {
  const value = Number(text)
  if (Number.isInteger(value) && value >= 0 && value <= 65535) return value
  throw new InvalidArgumentError(`it is a number from 0 to 65535, not "${text}".`)
}

try {
  await program.parseAsync()
} catch (error) {
  process.stderr.write(`${SwitchyardError.from(error).message}\n`)
  process.exitCode = 1
}
