// A backend as a process of its own: says on stdout where it serves, takes commands on stdin, and ends when stdin does.
import { createInterface } from 'node:readline'
import { SwitchyardError } from '../control-plane/errors.ts'
import { parseBackendFlags } from './backend-flags.ts'
import type { Backend } from './backend-server.ts'
import { startBackend } from './backend-server.ts'

const EXIT_FAILED = 1
const EXIT_BAD_FLAGS = 2

function print(line: object): void {
  process.stdout.write(`${JSON.stringify(line)}\n`)
}

function complain(thrown: unknown): void {
  process.stderr.write(`backend: ${SwitchyardError.from(thrown).message}\n`)
}

/** Commands on stdin: `drain` answers with `{"drained":n}`, `stop` ends the process. */
function obey(backend: Backend): void {
  const stop = () => void backend.close().then(() => process.exit(0))
  const commands = new Map([
    ['drain', () => print({ drained: backend.drain() })],
    ['stop', stop],
  ])
  const lines = createInterface({ input: process.stdin })
  lines.on('line', (line) => {
    const command = commands.get(line.trim())
    if (command) command()
    else complain(`"${line}" is no command; give ${[...commands.keys()].join(' or ')}`)
  })
  // The parent died, and with it whoever would have ended this process.
  lines.on('close', stop)
  process.on('SIGTERM', stop)
  process.on('SIGINT', stop)
}

async function main(args: readonly string[]): Promise<void> {
  const options = parseBackendFlags(args)
  const backend = await startBackend(options, (thrown) => console.error(thrown))
  obey(backend)
  print({ id: options.id, address: backend.address })
}

main(process.argv.slice(2)).catch((thrown: unknown) => {
  const error = SwitchyardError.from(thrown)
  complain(error)
  process.exitCode = error.problems.length > 0 ? EXIT_BAD_FLAGS : EXIT_FAILED
})
