// Starts an HAProxy in a folder of its own, which ends with this process. It needs no root.

import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { requireProgram } from '../../processes/find-program.ts'
import { freePort } from '../../processes/free-port.ts'
import type { ProcessGroup } from '../../processes/process-group.ts'
import { type HaproxySettings, haproxyConfig } from './haproxy-config.ts'
import type { ProxyProcess, RunningProxy } from './proxy.ts'

export const INSTALL_HAPROXY = 'sudo apt-get install -y haproxy'

/** What it counted for one backend since it started. */
export interface HaproxyServerStats {
  /** Calls that were sent to it. */
  readonly calls: number
  /** Connections that were opened to it. */
  readonly connections: number
  /** Calls that used a connection that was open already. */
  readonly reused: number
  /** Calls that were sent again, to it or to another. */
  readonly retries: number
}

export interface RunningHaproxy extends RunningProxy {
  /** By the id of the backend, from the stats socket. */
  readonly stats: () => Promise<ReadonlyMap<string, HaproxyServerStats>>
}

/**
 * Starts it on a free port of loopback. Resolves when its worker runs, which is after it listens.
 * @param folder of its configuration and log; created if it is missing
 * @throws SwitchyardError `process-failed` with the end of its log, if it does not start
 */
export async function startHaproxy(
  group: ProcessGroup,
  folder: string,
  settings: HaproxySettings,
): Promise<RunningHaproxy> {
  const command = requireProgram('haproxy', INSTALL_HAPROXY)
  const address = `127.0.0.1:${await freePort()}`
  await mkdir(folder, { recursive: true })
  const configFile = join(folder, 'haproxy.cfg')
  const socketFolder = await mkdtemp(join(shortFolder(), 'switchyard-'))
  const socket = join(socketFolder, 'stats')
  await writeFile(configFile, haproxyConfig(settings, { address, socket }))
  const logFile = join(folder, 'haproxy.log')
  const running = group.start({
    name: 'haproxy',
    command,
    // A master with a worker, in the foreground: the master says when the worker has loaded everything.
    args: ['-W', '-db', '-f', configFile],
    logFile,
    dieWithParent: true,
    ready: workerOnceLoaded(),
  })
  void running.exited.then(() => rm(socketFolder, { recursive: true, force: true }))
  const worker = await running.ready
  return {
    address,
    processes: [worker],
    logFile,
    stats: async () => readStats(await askSocket(socket, 'show stat')),
    stop: async () => void (await running.stop()),
  }
}

function workerOnceLoaded(): (line: string) => ProxyProcess | undefined {
  let worker: ProxyProcess | undefined
  return (line) => {
    const [, pid] = /New worker (?:#\d+ )?\((\d+)\) forked$/.exec(line) ?? []
    if (pid !== undefined) worker = { name: 'haproxy worker', pid: Number(pid) }
    return line.endsWith('Loading success.') ? worker : undefined
  }
}

/** https://docs.haproxy.org/2.6/management.html#9.3 */
async function askSocket(path: string, command: string): Promise<string> {
  const socket = connect(path)
  socket.end(`${command}\n`)
  return await text(socket)
}

/** A table in CSV with `# ` before its head: https://docs.haproxy.org/2.6/management.html#9.1 */
function readStats(csv: string): ReadonlyMap<string, HaproxyServerStats> {
  const [head = '', ...lines] = csv.trim().split('\n')
  const names = head.replace(/^# /, '').split(',')
  const rows = lines.map((line) => {
    const cells = line.split(',')
    return new Map(names.map((name, index) => [name, cells[index] ?? '']))
  })
  return new Map(
    rows
      .filter((row) => row.get('pxname') === 'backends' && row.get('svname') !== 'BACKEND')
      .map((row) => [
        row.get('svname') ?? '',
        {
          calls: Number(row.get('stot')),
          connections: Number(row.get('connect')),
          reused: Number(row.get('reuse')),
          retries: Number(row.get('wretr')) + Number(row.get('wredis')),
        },
      ]),
  )
}

/** HAProxy takes paths of sockets with up to 97 bytes, and the folder of a run or TMPDIR may be longer. */
const LONGEST_FOLDER_BYTES = 70

function shortFolder(): string {
  return Buffer.byteLength(tmpdir()) <= LONGEST_FOLDER_BYTES ? tmpdir() : '/tmp'
}
