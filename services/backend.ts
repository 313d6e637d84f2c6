// A backend as its own process: prints its address on stdout, reads commands from stdin, and ends when stdin closes, or with
// --stay only on a signal.
import { SwitchyardError } from '../core/errors.ts'
import { parseBackendFlags } from './backend-flags.ts'
import { startBackend } from './backend-server.ts'
import type { Behavior } from './changing-behavior.ts'
import {
  EXIT_BAD_FLAGS,
  EXIT_FAILED,
  errorReporter,
  handleDrainAndStop,
  limitBufferedMessages,
  print,
} from './service-process.ts'

const reportError = errorReporter('backend')

async function main(args: readonly string[]): Promise<void> {
  limitBufferedMessages()
  const options = parseBackendFlags(args)
  const backend = await startBackend(options, (thrown) => console.error(thrown))
  handleDrainAndStop(backend, reportError, {
    more: {
      connections: () => print({ connections: backend.connections() }),
      calls: () => print({ calls: backend.calls() }),
      behave(json) {
        const behavior: Behavior = JSON.parse(json)
        backend.behave(behavior)
        print({ behaves: behavior })
      },
    },
    stay: options.stay,
  })
  const { address, metrics } = backend
  print({ id: options.id, address, ...(metrics !== undefined && { metrics }) })
}

main(process.argv.slice(2)).catch((thrown: unknown) => {
  const error = SwitchyardError.from(thrown)
  reportError(error)
  process.exitCode = error.problems.length > 0 ? EXIT_BAD_FLAGS : EXIT_FAILED
})
