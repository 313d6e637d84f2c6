// The authorizer as its own process: prints its address and the policy in force on stdout, and ends when stdin closes.

import cluster from 'node:cluster'
import { createWriteStream } from 'node:fs'
import { SwitchyardError } from '../../core/errors.ts'
import type { FilesEvent } from '../active-files.ts'
import { CertificateFiles } from '../certificate-files.ts'
import { EXIT_BAD_FLAGS, EXIT_FAILED, errorReporter, handleDrainAndStop, print } from '../service-process.ts'
import { ActivePolicy } from './active-policy.ts'
import { type AuthorizerFlags, parseAuthorizerFlags } from './authorizer-flags.ts'
import { startAuthorizer } from './authorizer-server.ts'
import { DecisionLog } from './decision-log.ts'
import { SeveralProcesses } from './several-processes.ts'

const reportError = errorReporter('authorizer')

const PRIVATE = 0o077

function reportPolicy(event: FilesEvent): void {
  print({ policy: event })
  if (event.kind === 'rejected') {
    reportError(new Error(`rejected a new policy; ${event.inForce} stays in force: ${event.reason}`))
  }
}

function openLog({ decisionLog, masks }: AuthorizerFlags): DecisionLog | undefined {
  if (decisionLog === undefined) return undefined
  const out =
    decisionLog === '-' ? process.stdout : createWriteStream(decisionLog, { flags: 'a', mode: 0o600 })
  out.on('error', reportError)
  return new DecisionLog(out, masks)
}

async function main(args: readonly string[]): Promise<void> {
  const flags = parseAuthorizerFlags(args)
  if (flags.processes > 1 && cluster.isPrimary) return serveInProcesses(flags, args)
  // The first process has a umask for sockets, with which no folder would be usable.
  if (cluster.isWorker) process.umask(PRIVATE)
  const log = openLog(flags)
  const policy = await ActivePolicy.open(flags.location, reportPolicy, {
    ...flags.threads,
    onEnded: (reason) => {
      print({ ended: { reason } })
      reportError(new Error(`ended a thread: ${reason}`))
    },
  })
  const files = flags.tls && new CertificateFiles(flags.tls)
  const authorizer = await startAuthorizer({
    listen: flags.listen,
    policy,
    ...(log && { log }),
    ...(files && { tls: { files, allowPlaintext: false } }),
  })
  const close = async () => {
    await authorizer.close()
    if (flags.decisionLog !== '-') await log?.close()
  }
  handleDrainAndStop({ drain: () => authorizer.drain(), close }, reportError)
  print({ address: authorizer.address })
}

async function serveInProcesses(
  { processes, listen }: AuthorizerFlags,
  args: readonly string[],
): Promise<void> {
  const all = await SeveralProcesses.start(processes, listen, args, reportError)
  handleDrainAndStop(all, reportError)
  print({ address: all.address, processes: all.pids })
}

main(process.argv.slice(2)).catch((thrown: unknown) => {
  const error = SwitchyardError.from(thrown)
  reportError(error)
  process.exit(error.problems.length > 0 && error.code === 'invalid-argument' ? EXIT_BAD_FLAGS : EXIT_FAILED)
})
