// The authorizer of the testbed, as a process of its own, with the policy of the tree.

import { join } from 'node:path'
import type { ProcessGroup } from '../processes/process-group.ts'
import { parseReady, sourceFile } from './part.ts'

/** @returns its address. @throws SwitchyardError `process-failed` with the end of its log, where it does not come up */
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
  })
  return started.ready
}
