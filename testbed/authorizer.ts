// Starts the testbed's authorizer as a process, with the policy in policies/authz.

import { join } from 'node:path'
import type { ProcessGroup } from '../processes/process-group.ts'
import { parseReady, START_TIMEOUT_MS, sourceFile } from './part.ts'

/** @returns its address. @throws SwitchyardError `process-failed` with the end of its log, if it does not start */
export async function startAuthorizer(group: ProcessGroup, folder: string, listen: string): Promise<string> {
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
    timeoutMs: START_TIMEOUT_MS,
  })
  return started.ready
}
