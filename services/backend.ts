// A backend as a process of its own: says on stdout where it serves, takes commands on stdin, and ends when stdin does.
import { SwitchyardError } from '../core/errors.ts'
import { parseBackendFlags } from './backend-flags.ts'
import { startBackend } from './backend-server.ts'
import {
  complainAs,
  EXIT_BAD_FLAGS,
  EXIT_FAILED,
  limitBufferedMessages,
  obeyDrainAndStop,
  print,
} from './service-process.ts'

const complain = complainAs('backend')

async function main(args: readonly string[]): Promise<void> {
  limitBufferedMessages()
  const options = parseBackendFlags(args)
  const backend = await startBackend(options, (thrown) => console.error(thrown))
  obeyDrainAndStop(backend, complain)
  print({ id: options.id, address: backend.address })
}

main(process.argv.slice(2)).catch((thrown: unknown) => {
  const error = SwitchyardError.from(thrown)
  complain(error)
  process.exitCode = error.problems.length > 0 ? EXIT_BAD_FLAGS : EXIT_FAILED
})
