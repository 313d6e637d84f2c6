// The authorizer as a process of its own: says on stdout where it serves and which policy is in force, and ends when stdin does.

import { createWriteStream } from 'node:fs'
import { SwitchyardError } from '../../core/errors.ts'
import { complainAs, EXIT_BAD_FLAGS, EXIT_FAILED, obeyDrainAndStop, print } from '../service-process.ts'
import { ActivePolicy, type PolicyEvent } from './active-policy.ts'
import { type AuthorizerFlags, parseAuthorizerFlags } from './authorizer-flags.ts'
import { startAuthorizer } from './authorizer-server.ts'
import { DecisionLog } from './decision-log.ts'

const complain = complainAs('authorizer')

function tell(event: PolicyEvent): void {
  print({ policy: event })
  if (event.kind === 'rejected') {
    complain(new Error(`rejected a new policy; ${event.inForce} stays in force: ${event.reason}`))
  }
}

function openLog({ decisionLog, masks }: AuthorizerFlags): DecisionLog | undefined {
  if (decisionLog === undefined) return undefined
  const out =
    decisionLog === '-' ? process.stdout : createWriteStream(decisionLog, { flags: 'a', mode: 0o600 })
  out.on('error', complain)
  return new DecisionLog(out, masks)
}

async function main(args: readonly string[]): Promise<void> {
  const flags = parseAuthorizerFlags(args)
  const log = openLog(flags)
  const policy = await ActivePolicy.open(flags.location, tell)
  const authorizer = await startAuthorizer({ listen: flags.listen, policy, ...(log && { log }) })
  obeyDrainAndStop(authorizer, complain)
  print({ address: authorizer.address })
}

main(process.argv.slice(2)).catch((thrown: unknown) => {
  const error = SwitchyardError.from(thrown)
  complain(error)
  process.exit(error.problems.length > 0 && error.code === 'invalid-argument' ? EXIT_BAD_FLAGS : EXIT_FAILED)
})
