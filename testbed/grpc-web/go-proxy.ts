// Starts grpcwebproxy, a gRPC-Web proxy in Go, as a process. https://github.com/improbable-eng/grpc-web/tree/master/go/grpcwebproxy

import { join } from 'node:path'
import type { ProcessGroup } from '../../processes/process-group.ts'
import { findGoTool, type GoTool, hasGoTool, installCommandOf } from '../grpc-programs/go-tool.ts'
import type { WebProxy, WebProxySettings } from './web-proxy.ts'

const GO_PROXY: GoTool = {
  name: 'grpcwebproxy',
  version: '0.15.0',
  package: 'github.com/improbable-eng/grpc-web/go/grpcwebproxy',
}

export const INSTALL_GO_PROXY = installCommandOf(GO_PROXY)

export function hasGoProxy(): boolean {
  return hasGoTool(GO_PROXY)
}

export interface GoProxySettings extends WebProxySettings {
  /** How long a whole answer may take. Default: the proxy's own, 10 s. */
  readonly maxWriteTime?: string
}

/**
 * Builds it the first time, which takes some seconds.
 * @throws SwitchyardError `process-failed` with how to install Go, or with the end of its log, if it does not start
 */
export async function startGoProxy(
  group: ProcessGroup,
  folder: string,
  { backend, origin, maxWriteTime }: GoProxySettings,
): Promise<WebProxy> {
  const started = group.start({
    name: 'grpcwebproxy',
    command: findGoTool(GO_PROXY),
    args: [
      `--backend_addr=${backend}`,
      '--run_tls_server=false',
      '--server_bind_address=127.0.0.1',
      '--server_http_debug_port=0',
      `--allowed_origins=${origin}`,
      ...(maxWriteTime === undefined ? [] : [`--server_http_max_write_timeout=${maxWriteTime}`]),
    ],
    logFile: join(folder, 'grpcwebproxy.log'),
    dieWithParent: true,
    ready: (line) => /listening for http on: ([^"]+)"/.exec(line)?.[1],
  })
  const address = await started.ready
  return { address, pid: started.pid ?? Number.NaN, stop: async () => void (await started.stop()) }
}
