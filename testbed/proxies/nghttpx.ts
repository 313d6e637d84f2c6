// Starts an nghttpx, the proxy of nghttp2: one of the few servers that take the upgrade to h2c. It ends with this process.

import { join } from 'node:path'
import { splitAddress } from '../../core/host-and-port.ts'
import { requireProgram } from '../../processes/find-program.ts'
import { freePort } from '../../processes/free-port.ts'
import type { ProcessGroup } from '../../processes/process-group.ts'

export const INSTALL_NGHTTPX = 'sudo apt-get install -y nghttp2-proxy'

/**
 * Starts it without TLS on a free port of loopback.
 * @param folder of its log; it must exist
 * @param backend speaks HTTP/2 without TLS, `HOST:PORT`
 * @throws SwitchyardError `process-failed` with the end of its log, if it does not start
 */
export async function startNghttpx(
  group: ProcessGroup,
  folder: string,
  backend: string,
): Promise<{ readonly address: string; readonly stop: () => Promise<void> }> {
  const { host, port } = splitAddress(backend) ?? {}
  const own = await freePort()
  const running = group.start({
    name: 'nghttpx',
    command: requireProgram('nghttpx', INSTALL_NGHTTPX),
    args: [
      '--conf=/dev/null',
      `--frontend=127.0.0.1,${own};no-tls`,
      `--backend=${host},${port};;proto=h2`,
      ...['--workers=1', '--single-process'],
    ],
    logFile: join(folder, 'nghttpx.log'),
    dieWithParent: true,
    ready: (line) => (line.includes('Created worker thread') ? true : undefined),
  })
  await running.ready
  return { address: `127.0.0.1:${own}`, stop: async () => void (await running.stop()) }
}
