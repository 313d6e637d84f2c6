// A fleet: several Envoys on one host, each with its own address. Each is restarted when it ends.
import type { Clock } from '../processes/clock.ts'
import { keepRunning, type Restart } from '../processes/keep-running.ts'
import type { ProcessGroup } from '../processes/process-group.ts'
import { createBootstrap, type XdsProtocol } from './bootstrap.ts'
import type { EnvoyAdmin } from './envoy-admin.ts'
import type { NodeLocality } from './locality.ts'
import { nodeAddress } from './node-address.ts'
import type { EnvoyNotice } from './notice.ts'
import { type RunningEnvoy, runEnvoy } from './run-envoy.ts'
import type { XdsTlsFiles } from './xds-tls.ts'

export interface EnvoyFleetOptions {
  /** Path of the binary; see `findEnvoy`. */
  readonly binary: string
  /** The fleet's name, which is the control plane's node group; its Envoys are NAME-1, NAME-2, … */
  readonly name: string
  readonly size: number
  /** The index of the first Envoy among all Envoys of this host, from 0; see `nodeAddress`. */
  readonly firstIndex?: number
  /** Where the control plane listens: `127.0.0.1:18000` or `unix:/path`. */
  readonly xds: {
    readonly address: string
    /** The files of a node, if xDS uses mutual TLS. */
    readonly tlsOf?: (nodeId: string) => XdsTlsFiles
  }
  readonly protocol?: XdsProtocol
  readonly drainTimeSeconds?: number
  /** See `createBootstrap`. */
  readonly statsIntervalMs?: number
  /** Where Prometheus reads the statistics of each Envoy, by its index from 0: `IP:PORT`. Default: nowhere. */
  readonly statsAddressOf?: (index: number) => string
  /** Where each Envoy runs, by its index from 0. Default: nowhere in particular. */
  readonly localityOf?: (index: number) => NodeLocality | undefined
  /** Worker threads of each Envoy; 1 by default. */
  readonly concurrency?: number
  /** Folder for bootstraps and logs, which are named after their nodes. */
  readonly folder: string
  /** The process group that ends all Envoys and their restarts. */
  readonly group: ProcessGroup
  readonly onRestart?: (nodeId: string, restart: Restart) => void
  /** Called with what an Envoy logs as warning, error or critical. */
  readonly onNotice?: (nodeId: string, notice: EnvoyNotice) => void
  readonly clock?: Clock
}

/** An Envoy of a fleet. A restart keeps its address and its admin. */
export interface FleetNode {
  readonly nodeId: string
  /** The IP address of its listeners. */
  readonly address: string
  readonly adminUrl: string
  readonly admin: EnvoyAdmin
  readonly logFile: string
  /** The pid of the current process, or of the last one. */
  readonly pid: number
}

/**
 * Starts the Envoys of a fleet concurrently. Resolves when their admins answer; see `admin.waitUntilLive` for listeners.
 * @throws SwitchyardError `process-failed` if one does not start; the group ends the others
 */
export async function startEnvoyFleet(options: EnvoyFleetOptions): Promise<readonly FleetNode[]> {
  return await Promise.all(Array.from({ length: options.size }, (_, index) => keepNode(options, index)))
}

/** The id of a fleet's node. Indexes start at 0. */
export function nodeIdOf(fleet: string, index: number): string {
  return `${fleet}-${index + 1}`
}

async function keepNode(options: EnvoyFleetOptions, index: number): Promise<FleetNode> {
  const { name, xds, protocol, firstIndex = 0, binary, folder, group } = options
  const { drainTimeSeconds, concurrency, statsIntervalMs, statsAddressOf, localityOf } = options
  const locality = localityOf?.(index)
  const { onRestart = () => {}, onNotice = () => {}, clock } = options
  const nodeId = nodeIdOf(name, index)
  /** The socket of the admin is chosen at the first start; restarts keep it. */
  let adminAddress: string | undefined

  const start = async (): Promise<RunningEnvoy> => {
    const bootstrap = createBootstrap({
      nodeId,
      cluster: name,
      listenerAddress: nodeAddress(firstIndex + index),
      xds: { address: xds.address, ...(xds.tlsOf && { tls: xds.tlsOf(nodeId) }) },
      ...(protocol === undefined ? {} : { protocol }),
      ...(statsIntervalMs === undefined ? {} : { statsIntervalMs }),
      ...(locality && { locality }),
      ...(adminAddress !== undefined && { adminAddress }),
      ...(statsAddressOf && { statsAddress: statsAddressOf(index) }),
    })
    const envoy = await runEnvoy({
      binary,
      bootstrap,
      folder,
      group,
      onNotice: (notice) => onNotice(nodeId, notice),
      ...(drainTimeSeconds === undefined ? {} : { drainTimeSeconds }),
      ...(concurrency === undefined ? {} : { concurrency }),
    })
    adminAddress = envoy.adminUrl
    return envoy
  }

  const kept = await keepRunning(start, {
    signal: group.ending,
    onRestart: (restart) => onRestart(nodeId, restart),
    ...(clock === undefined ? {} : { clock }),
  })
  const { address, adminUrl, admin, logFile } = kept.current
  return {
    nodeId,
    address,
    adminUrl,
    admin,
    logFile,
    get pid() {
      return kept.current.pid
    },
  }
}
