// Starts the testbed's authorizer as a process, with the policy in policies/authz.

import { join } from 'node:path'
import type { ProcessGroup } from '../processes/process-group.ts'
import { parseReady, partOf, sourceFile } from './part.ts'
import { keepPart, type PartContext, type PartProcess } from './parts.ts'

export interface RunningAuthorizer {
  readonly address: string
}

/** @throws SwitchyardError `process-failed` with the end of its log, if it does not start */
export async function startAuthorizer(
  group: ProcessGroup,
  folder: string,
  listen: string,
): Promise<RunningAuthorizer & PartProcess> {
  const started = group.start({
    name: 'authorizer',
    command: process.execPath,
    args: [
      sourceFile('services/authorizer/authorizer.ts'),
      ...['--policy', sourceFile('policies/authz'), '--listen', listen],
      ...['--decision-log', join(folder, 'decisions.log')],
    ],
    logFile: join(folder, 'authorizer.log'),
    ready: (line) => parseReady<{ readonly address: string }>(line, 'address')?.address,
  })
  return partOf(started, { address: await started.ready })
}

/** Starts an authorizer, and restarts it on its address whenever it ends. @returns its address */
export async function keepAuthorizer(context: PartContext, listen: string): Promise<string> {
  const kept = await keepPart(
    context,
    { id: 'authorizer', title: 'authorizer' },
    (before?: PartProcess & RunningAuthorizer) =>
      startAuthorizer(context.group, context.folder, before?.address ?? listen),
  )
  return kept.current.address
}
