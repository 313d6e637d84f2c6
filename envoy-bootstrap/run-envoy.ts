// Runs an Envoy with a bootstrap, until it is stopped or the parent process ends.
import { rmSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { isAbsolute, join } from 'node:path'
import { clone } from '@bufbuild/protobuf'
import { type Bootstrap, BootstrapSchema } from '@envoy/xds-protos/envoy/config/bootstrap/v3/bootstrap_pb.js'
import type { Address } from '@envoy/xds-protos/envoy/config/core/v3/address_pb.js'
import type { ProcessGroup } from '../processes/process-group.ts'
import { type Exit, type ProcessOptions, startProcess } from '../processes/running-process.ts'
import { newAdminSocket } from './admin-address.ts'
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
  /** `unix:/PATH` of its socket, or such as `http://127.0.0.1:45147`. */
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
  const { folder, group, onNotice } = options
  const { bootstrap, socket } = await withAdminSocket(options.bootstrap)
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
  // Envoy leaves its socket behind, and a new one replaces it. At once, because a group that ends on a signal exits then.
  const exited = running.exited.finally(() => socket && rmSync(socket, { force: true }))
  const bound = await running.ready
  const adminUrl = socket === undefined ? `http://${bound}` : `unix:${socket}`
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
    exited,
    stop: async () => {
      await running.stop()
      await exited
    },
  }
}

/** The bootstrap with an absolute path for the admin's socket, if it has one, wherever it is named. */
async function withAdminSocket(
  bootstrap: Bootstrap,
): Promise<{ readonly bootstrap: Bootstrap; readonly socket?: string }> {
  const written = pathOf(bootstrap.admin?.address)
  if (written === undefined) return { bootstrap }
  if (isAbsolute(written)) return { bootstrap, socket: written }
  const socket = await newAdminSocket(bootstrap.node?.id ?? '')
  const placed = clone(BootstrapSchema, bootstrap)
  const endpoints = (placed.staticResources?.clusters ?? []).flatMap(({ loadAssignment }) =>
    (loadAssignment?.endpoints ?? []).flatMap(({ lbEndpoints }) =>
      lbEndpoints.map(({ hostIdentifier }) =>
        hostIdentifier.case === 'endpoint' ? hostIdentifier.value.address : undefined,
      ),
    ),
  )
  for (const address of [placed.admin?.address, ...endpoints]) {
    if (address?.address.case === 'pipe' && pathOf(address) === written) address.address.value.path = socket
  }
  return { bootstrap: placed, socket }
}

function pathOf(address: Address | undefined): string | undefined {
  return address?.address.case === 'pipe' ? address.address.value.path : undefined
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
    address ??= /admin address: (.+)$/.exec(line)?.[1]
    return line.includes('cm init: ') ? address : undefined
  }
}
