// The log service as its own process: a line of JSON for each entry, and its addresses on stdout. It ends when stdin closes.

import { createWriteStream } from 'node:fs'
import { finished } from 'node:stream/promises'
import { SwitchyardError } from '../../core/errors.ts'
import { EXIT_BAD_FLAGS, EXIT_FAILED, errorReporter, handleDrainAndStop, print } from '../service-process.ts'
import { startLogService } from './log-server.ts'
import { parseLogServiceFlags } from './log-service-flags.ts'

const reportError = errorReporter('log service')

async function main(args: readonly string[]): Promise<void> {
  const { out: path, ...addresses } = parseLogServiceFlags(args)
  const out = path === '-' ? process.stdout : createWriteStream(path, { flags: 'a', mode: 0o600 })
  // Without its file it would answer Envoys, and lose what they send.
  out.on('error', fail)
  const service = await startLogService({ ...addresses, out })
  const close = async () => {
    await service.close()
    // A file is written behind the calls: without this, the last lines are lost when the process exits.
    if (path !== '-') await finished(out.end())
  }
  handleDrainAndStop({ drain: () => service.drain(), close }, reportError)
  const { address, metrics } = service
  print({ address, ...(metrics !== undefined && { metrics }) })
}

function fail(thrown: unknown): void {
  const error = SwitchyardError.from(thrown)
  reportError(error)
  process.exit(error.problems.length > 0 && error.code === 'invalid-argument' ? EXIT_BAD_FLAGS : EXIT_FAILED)
}

main(process.argv.slice(2)).catch(fail)
