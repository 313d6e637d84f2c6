// Runs an Envoy with a bootstrap, until it is stopped or the parent process ends.
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Bootstrap } from '@envoy/xds-protos/envoy/config/bootstrap/v3/bootstrap_pb.js'
import type { ProcessGroup } from '../processes/process-group.ts'
import { type Exit, type ProcessOptions, startProcess } from '../processes/running-process.ts'
import { bootstrapJson, listenerAddressOf } from './bootstrap.ts'
import { EnvoyAdmin } from './envoy-admin.ts'

export interface RunEnvoyOptions {
  /** Path of the binary; see `findEnvoy`. */
  readonly binary: string
  /** See `createBootstrap`. */
  readonly bootstrap: Bootstrap
  /** Where its bootstrap and its log are written, each named after the node; made if missing. */
  readonly folder: string
  /** How long the connections of a replaced listener may go on before they are cut; 4 by default. */
  readonly drainTimeSeconds?: number
  /** Worker threads; 1 by default, since each has connections and a turn in round robin of its own. */
  readonly concurrency?: number
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
  /** Fulfilled when the process has ended, whatever the reason. */
  readonly exited: Promise<Exit>
  /** Ends it at once, without draining; resolves when it is gone. */
  stop(): Promise<void>
}

/**
 * Starts an Envoy, which ends with us, even where we are killed. Resolves when its admin answers: that needs no
 * control plane. Its listeners come later; see `admin.waitUntilLive`.
 *
 * @throws SwitchyardError `process-failed` with the end of its log, when it ends or is silent for 10 s instead
 */
export async function runEnvoy(options: RunEnvoyOptions): Promise<RunningEnvoy> {
  const { bootstrap, folder, group } = options
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
    // It was ready, so it was started.
    pid: running.pid as number,
    logFile: `${file}.log`,
    adminUrl,
    admin,
    exited: running.exited,
    stop: async () => void (await running.stop()),
  }
}

/** https://www.envoyproxy.io/docs/envoy/latest/operations/cli */
function envoyArguments(options: RunEnvoyOptions, bootstrapFile: string): readonly string[] {
  const { concurrency = 1, drainTimeSeconds = 4 } = options
  return [
    ...['-c', bootstrapFile],
    ...['--concurrency', String(concurrency)],
    ...['--drain-time-s', String(drainTimeSeconds)],
    // Hot restart needs shared memory, for which Envoys on one host would have to agree on base ids.
    '--disable-hot-restart',
    // At each start this component lists every extension there is; its warnings and errors stay.
    ...['--component-log-level', 'main:warning'],
  ]
}

/**
 * The admin's address is logged before static resources are looked at, and a mistake there still ends Envoy. So its
 * word is the one behind that: the start of the cluster manager.
 */
function adminAddressOnceInitialized(): (line: string) => string | undefined {
  let address: string | undefined
  return (line) => {
    address ??= /admin address: (\S+)$/.exec(line)?.[1]
    return line.includes('cm init: ') ? address : undefined
  }
}
