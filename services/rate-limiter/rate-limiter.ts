// The rate limiter as its own process: prints its addresses and the rules in force on stdout, and ends when stdin closes.

import { SwitchyardError } from '../../core/errors.ts'
import { ActiveFiles, type FilesEvent } from '../active-files.ts'
import { EXIT_BAD_FLAGS, EXIT_FAILED, errorReporter, handleDrainAndStop, print } from '../service-process.ts'
import { MemoryStore } from './memory-store.ts'
import { startRateLimiter } from './rate-limit-server.ts'
import { parseRateLimiterFlags } from './rate-limiter-flags.ts'
import { RedisStore } from './redis-store.ts'
import { watchRules } from './rules-file.ts'

const reportError = errorReporter('rate limiter')

function reportRules(event: FilesEvent): void {
  print({ rules: event })
  if (event.kind === 'rejected') {
    reportError(new Error(`rejected new rules; ${event.inForce} stay in force: ${event.reason}`))
  }
}

async function main(args: readonly string[]): Promise<void> {
  const { rules: paths, store: url, ...addresses } = parseRateLimiterFlags(args)
  const rules = await ActiveFiles.open(watchRules(paths), reportRules)
  const store = url === undefined ? new MemoryStore() : await RedisStore.open(url, reportError)
  const limiter = await startRateLimiter({ ...addresses, rules: () => rules.current, store })
  handleDrainAndStop(limiter, reportError)
  const { address, metrics } = limiter
  print({ address, ...(metrics !== undefined && { metrics }) })
}

main(process.argv.slice(2)).catch((thrown: unknown) => {
  const error = SwitchyardError.from(thrown)
  reportError(error)
  process.exit(error.problems.length > 0 && error.code === 'invalid-argument' ? EXIT_BAD_FLAGS : EXIT_FAILED)
})
