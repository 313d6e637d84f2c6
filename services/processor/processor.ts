// The processor as its own process: prints its address on stdout, and ends when stdin closes.

import { SwitchyardError } from '../../core/errors.ts'
import { EXIT_BAD_FLAGS, EXIT_FAILED, errorReporter, handleDrainAndStop, print } from '../service-process.ts'
import { parseProcessorFlags } from './processor-flags.ts'
import { startProcessor } from './processor-server.ts'

const reportError = errorReporter('processor')

async function main(args: readonly string[]): Promise<void> {
  const { listen, rules } = parseProcessorFlags(args)
  const processor = await startProcessor(listen, rules)
  handleDrainAndStop(processor, reportError)
  print({ address: processor.address })
}

main(process.argv.slice(2)).catch((thrown: unknown) => {
  const error = SwitchyardError.from(thrown)
  reportError(error)
  process.exit(error.problems.length > 0 && error.code === 'invalid-argument' ? EXIT_BAD_FLAGS : EXIT_FAILED)
})
