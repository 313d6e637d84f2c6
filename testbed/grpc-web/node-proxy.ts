// Starts @grpc-web/proxy, a gRPC-Web proxy in Node, as a process. https://github.com/marella/node-grpc-web

import { join } from 'node:path'
import type { ProcessGroup } from '../../processes/process-group.ts'
import { parseReady, sourceFile } from '../part.ts'
import type { WebProxy, WebProxySettings } from './web-proxy.ts'

/** @throws SwitchyardError `process-failed` with the end of its log, if it does not start */
export async function startNodeProxy(
  group: ProcessGroup,
  folder: string,
  { backend, origin }: WebProxySettings,
): Promise<WebProxy> {
  const started = group.start({
    name: '@grpc-web/proxy',
    command: process.execPath,
    args: [
      sourceFile('testbed/grpc-web/node-proxy-main.ts'),
      `--target=http://${backend}`,
      `--origin=${origin}`,
    ],
    logFile: join(folder, 'node-proxy.log'),
    dieWithParent: true,
    ready: (line) => parseReady<{ readonly address: string }>(line, 'address'),
  })
  const { address } = await started.ready
  return { address, pid: started.pid ?? Number.NaN, stop: async () => void (await started.stop()) }
}
