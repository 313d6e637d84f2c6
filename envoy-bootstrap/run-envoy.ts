// Runs an Envoy with a bootstrap, until it is stopped or the parent process ends.
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Bootstrap } from '@envoy/xds-protos/envoy/config/bootstrap/v3/bootstrap_pb.js'
import type { ProcessGroup } from '../processes/process-group.ts'
import { type Exit, type ProcessOptions, startProcess } from '../processes/running-process.ts'
import { bootstrapJson, listenerAddressOf } from './bootstrap.ts'
import { EnvoyAdmin } from './envoy-admin.ts'
import { type EnvoyNotice, readNotices } from './notice.ts'

export interface RunEnvoyOptions {
  /** Path of the binary; see `findEnvoy`. */
  readonly binary: string
  /** See `createBootstrap`. */
  readonly bootstrap: Bootstrap
  /** Folder for its bootstrap and its log, which are named after the node. Created if it is missing. */
  readonly folder: string
  /** Seconds after which Envoy closes the connections of a replaced listener; 4 by default. */
  readonly drainTimeSeconds?: number
  /** Worker threads; 1 by default, because each has its own connections and its own round-robin state. */
  readonly concurrency?: number
  /** Called with what it logs as warning, error or critical. */
  readonly onNotice?: (notice: EnvoyNotice) => void
  /** The process group that stops it. */
  readonly group?: ProcessGroup
}

export interface RunningEnvoy {
  readonly nodeId: string
  /** The IP address of its listeners. */
  readonly address: string
  readonly pid: number
  readonly logFile: string
  /** Such as `http://127.0.0.1:45147`. */
  readonly adminUrl: string
  readonly admin: EnvoyAdmin
  /** Resolves when the process has ended, for any reason. */
  readonly exited: Promise<Exit>
  /** Ends the process without draining; resolves when it has ended. */
  stop(): Promise<void>
}

/**
 * Starts an Envoy, which ends with this process, even if this process is killed. Resolves when its admin answers, which
 * needs no control plane. Its listeners come later; see `admin.waitUntilLive`.
 *
 * @throws SwitchyardError `process-failed` with the end of its log, if it ends or is not ready within 10 s
 */
export async function runEnvoy(options: RunEnvoyOptions): Promise<RunningEnvoy> {
  const { bootstrap, folder, group, onNotice } = options
  const nodeId = bootstrap.node?.id ?? ''
  const file = join(folder, encodeURIComponent(nodeId))
  await mkdir(folder, { recursive: true })
  await writeFile(`${file}.json`, bootstrapJson(bootstrap))

  const processOptions: ProcessOptions<string> = {
    name: `Envoy ${nodeId}`,
    command: options.binary,
    args: envoyArguments(options, `${file}.json`),
    logFile: `${file}.log`,
    dieWithParent: true,
    ready: adminAddressOnceInitialized(),
    ...(onNotice && { onLine: readNotices(onNotice) }),
  }
  const running = group ? group.start(processOptions) : startProcess(processOptions)
  const adminUrl = `http://${await running.ready}`
  const admin = new EnvoyAdmin(adminUrl)
  try {
    await admin.ready()
  } catch (error) {
    await running.stop()
    throw error
  }
  return {
    nodeId,
    address: listenerAddressOf(bootstrap),
    // A process that was ready has a pid.
    pid: running.pid as number,
    logFile: `${file}.log`,
    adminUrl,
    admin,
    exited: running.exited,
    stop: async () => void (await running.stop()),
  }
}

/** https://www.envoyproxy.io/docs/envoy/latest/operations/cli */
export function envoyArguments(
  options: Pick<RunEnvoyOptions, 'concurrency' | 'drainTimeSeconds'>,
  bootstrapFile: string,
): readonly string[] {
  const { concurrency = 1, drainTimeSeconds = 4 } = options
  return [
    ...['-c', bootstrapFile],
    ...['--concurrency', String(concurrency)],
    ...['--drain-time-s', String(drainTimeSeconds)],
    // Envoy's own 10 s would keep the lines of access logs back from who looks at what a call just did.
    ...['--file-flush-interval-msec', '250'],
    // Hot restart uses shared memory, for which each Envoy on one host would need its own base id.
    '--disable-hot-restart',
    // At each start this component logs every extension. Its warnings and errors are still logged.
    ...['--component-log-level', 'main:warning'],
  ]
}

/**
 * Envoy logs the address of the admin before it loads static resources, which may still fail. So Envoy counts as ready
 * when it logs that the cluster manager is initializing.
 */
function adminAddressOnceInitialized(): (line: string) => string | undefined {
  let address: string | undefined
  return (line) => {
    address ??= /admin address: (\S+)$/.exec(line)?.[1]
    return line.includes('cm init: ') ? address : undefined
  }
}
