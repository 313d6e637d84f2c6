// Starts the echo service by connect as a process: a backend that speaks gRPC-Web without a proxy.

import { join } from 'node:path'
import type { ProcessGroup } from '../../processes/process-group.ts'
import { parseReady, sourceFile } from '../part.ts'
import type { WebProxy } from './web-proxy.ts'

/** @throws SwitchyardError `process-failed` with the end of its log, if it does not start */
export async function startConnectBackend(
  group: ProcessGroup,
  folder: string,
  { id, origin }: { readonly id: string; readonly origin: string },
): Promise<WebProxy> {
  const started = group.start({
    name: `connect backend ${id}`,
    command: process.execPath,
    args: [sourceFile('services/connect/main.ts'), '--id', id, '--origin', origin],
    logFile: join(folder, `connect-backend-${id}.log`),
    ready: (line) => parseReady<{ readonly address: string }>(line, 'address'),
  })
  const { address } = await started.ready
  return { address, pid: started.pid ?? Number.NaN, stop: async () => void (await started.stop()) }
}
