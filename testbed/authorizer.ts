// Starts the testbed's authorizer as a process, with the policy in policies/authz.

import { randomInt } from 'node:crypto'
import { join } from 'node:path'
import { newPrivateSocket } from '../envoy-bootstrap/admin-address.ts'
import type { ProcessGroup } from '../processes/process-group.ts'
import { parseReady, partOf, sourceFile } from './part.ts'
import { keepPart, type PartContext, type PartProcess } from './parts.ts'

export interface RunningAuthorizer {
  readonly address: string
}

/**
 * @param flags more of its command line
 * @throws SwitchyardError `process-failed` with the end of its log, if it does not start
 */
export async function startAuthorizer(
  group: ProcessGroup,
  folder: string,
  listen: string,
  flags: readonly string[] = [],
): Promise<RunningAuthorizer & PartProcess> {
  const started = group.start({
    name: 'authorizer',
    command: process.execPath,
    args: [
      sourceFile('services/authorizer/authorizer.ts'),
      ...['--policy', sourceFile('policies/authz'), '--listen', listen],
      // A port only where the document has one, which is on loopback.
      ...(listen.startsWith('unix:') ? [] : ['--allow-plaintext']),
      ...['--decision-log', join(folder, 'decisions.log')],
      ...flags,
    ],
    logFile: join(folder, 'authorizer.log'),
    ready: (line) => parseReady<{ readonly address: string }>(line, 'address')?.address,
  })
  return partOf(started, { address: await started.ready })
}

/**
 * Starts an authorizer, and restarts it on its address whenever it ends.
 * @param listen default: a Unix socket that only this user can open
 * @returns its address
 */
export async function keepAuthorizer(context: PartContext, listen?: string): Promise<string> {
  const first = listen ?? `unix:${await newPrivateSocket(`authorizer-${randomInt(1_000_000_000)}.sock`)}`
  const kept = await keepPart(
    context,
    { id: 'authorizer', title: 'authorizer' },
    (before?: PartProcess & RunningAuthorizer) =>
      startAuthorizer(context.group, context.folder, before?.address ?? first),
  )
  return kept.current.address
}
