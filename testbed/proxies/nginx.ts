// Starts an NGINX in a folder of its own, which ends with this process. It needs no root.

import { mkdir, writeFile } from 'node:fs/promises'
import { userInfo } from 'node:os'
import { join } from 'node:path'
import { requireProgram } from '../../processes/find-program.ts'
import { freePort } from '../../processes/free-port.ts'
import type { ProcessGroup } from '../../processes/process-group.ts'
import { type NginxSettings, nginxConfig } from './nginx-config.ts'
import type { ProxyProcess, RunningProxy } from './proxy.ts'

export const INSTALL_NGINX = 'sudo apt-get install -y nginx'

/**
 * Starts it on a free port of loopback. Resolves when its workers run, which is after it listens.
 * @param folder of its configuration, pid file and log; created if it is missing
 * @throws SwitchyardError `process-failed` with the end of its log, if it does not start
 */
export async function startNginx(
  group: ProcessGroup,
  folder: string,
  settings: NginxSettings,
): Promise<RunningProxy> {
  const command = requireProgram('nginx', INSTALL_NGINX)
  const address = `127.0.0.1:${await freePort()}`
  await mkdir(folder, { recursive: true })
  const configFile = join(folder, 'nginx.conf')
  // Workers of root would change to a user that may not enter the folder.
  const user = process.getuid?.() === 0 ? userInfo().username : undefined
  await writeFile(configFile, nginxConfig(settings, { address, ...(user !== undefined && { user }) }))
  const logFile = join(folder, 'nginx.log')
  const running = group.start({
    name: 'nginx',
    command,
    args: ['-p', folder, '-c', configFile, '-e', 'stderr'],
    logFile,
    dieWithParent: true,
    ready: workersOnceStarted(settings.workers ?? 1),
  })
  const processes = await running.ready
  return { address, processes, logFile, stop: async () => void (await running.stop()) }
}

/** It logs each worker that it starts. */
function workersOnceStarted(count: number): (line: string) => readonly ProxyProcess[] | undefined {
  const workers: ProxyProcess[] = []
  return (line) => {
    const [, pid] = /start worker process (\d+)$/.exec(line) ?? []
    if (pid !== undefined) workers.push({ name: `nginx worker ${workers.length + 1}`, pid: Number(pid) })
    return workers.length === count ? workers : undefined
  }
}
