// The authorizer as a process of its own: says on stdout where it serves and which policy is in force, and ends when stdin does.

import { createWriteStream } from 'node:fs'
import { createInterface } from 'node:readline'
import { SwitchyardError } from '../../control-plane/errors.ts'
import { ActivePolicy, type PolicyEvent } from './active-policy.ts'
import { type AuthorizerFlags, parseAuthorizerFlags } from './authorizer-flags.ts'
import { type Authorizer, startAuthorizer } from './authorizer-server.ts'
import { DecisionLog } from './decision-log.ts'

const EXIT_FAILED = 1
const EXIT_BAD_FLAGS = 2

function print(line: object): void {
  process.stdout.write(`${JSON.stringify(line)}\n`)
}

function complain(thrown: unknown): void {
  process.stderr.write(`authorizer: ${SwitchyardError.from(thrown).message}\n`)
}

function tell(event: PolicyEvent): void {
  print({ policy: event })
  if (event.kind === 'refused') {
    complain(new Error(`a policy was refused, ${event.inForce} goes on: ${event.reason}`))
  }
}

function openLog({ decisionLog, masks }: AuthorizerFlags): DecisionLog | undefined {
  if (decisionLog === undefined) return undefined
  const out =
    decisionLog === '-' ? process.stdout : createWriteStream(decisionLog, { flags: 'a', mode: 0o600 })
  out.on('error', complain)
  return new DecisionLog(out, masks)
}

/** Commands on stdin: `drain` answers with `{"drained":n}`, `stop` ends the process. */
function obey(authorizer: Authorizer): void {
  const stop = () => void authorizer.close().then(() => process.exit(0))
  const commands = new Map([
    ['drain', () => print({ drained: authorizer.drain() })],
    ['stop', stop],
  ])
  const lines = createInterface({ input: process.stdin })
  lines.on('line', (line) => {
    const command = commands.get(line.trim())
    if (command) command()
    else complain(new Error(`"${line}" is no command; give ${[...commands.keys()].join(' or ')}`))
  })
  // The parent died, and with it whoever would have ended this process.
  lines.on('close', stop)
  process.on('SIGTERM', stop)
  process.on('SIGINT', stop)
}

async function main(args: readonly string[]): Promise<void> {
  const flags = parseAuthorizerFlags(args)
  const log = openLog(flags)
  const policy = await ActivePolicy.open(flags.place, tell)
  const authorizer = await startAuthorizer({ listen: flags.listen, policy, ...(log && { log }) })
  obey(authorizer)
  print({ address: authorizer.address })
}

main(process.argv.slice(2)).catch((thrown: unknown) => {
  const error = SwitchyardError.from(thrown)
  complain(error)
  process.exit(error.problems.length > 0 && error.code === 'invalid-argument' ? EXIT_BAD_FLAGS : EXIT_FAILED)
})
