// Runs an Envoy beside a process: in its network namespace and on its CPUs, with an admin that is reached through the file system.

import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { bootstrapJson, createBootstrap } from '../../envoy-bootstrap/bootstrap.ts'
import { EnvoyAdmin } from '../../envoy-bootstrap/envoy-admin.ts'
import { findEnvoy } from '../../envoy-bootstrap/find-envoy.js'
import { envoyArguments } from '../../envoy-bootstrap/run-envoy.ts'
import type { ProcessStarter } from '../../processes/process-group.ts'

export interface SidecarOptions {
  /** Of the document: its Envoy is `FLEET-1`. */
  readonly fleet: string
  /** `unix:/PATH` of the control plane: every namespace sees the file. */
  readonly xds: string
  /** For its bootstrap, its log and the socket of its admin. */
  readonly folder: string
}

export interface RunningSidecar {
  readonly nodeId: string
  readonly pid: number
  /** Counters and gauges whose names match a regular expression. */
  readonly stats: (filter: RegExp) => Promise<Readonly<Record<string, number>>>
}

/**
 * Resolves when it accepts connections. It ends with this process, even if this process is killed.
 * @param starter of the side that it runs on @throws SwitchyardError `process-failed` with the end of its log
 */
export async function runSidecar(
  starter: ProcessStarter,
  { fleet, xds, folder }: SidecarOptions,
): Promise<RunningSidecar> {
  const nodeId = `${fleet}-1`
  const file = join(folder, nodeId)
  const admin = new EnvoyAdmin(`unix:${file}.sock`)
  const bootstrap = createBootstrap({
    ...{ nodeId, cluster: fleet, xds: { address: xds } },
    // All listeners of the document have an address of their own.
    listenerAddress: '127.0.0.1',
    // From another namespace, nothing but a file leads to it.
    adminAddress: admin.url,
  })
  await mkdir(folder, { recursive: true })
  await writeFile(`${file}.json`, bootstrapJson(bootstrap))
  const running = starter.start({
    name: `Envoy ${nodeId}`,
    command: findEnvoy().path,
    args: [...envoyArguments({}, `${file}.json`)],
    logFile: `${file}.log`,
    dieWithParent: true,
    // By then it has opened its admin.
    ready: (line) => line.includes('cm init: ') || undefined,
  })
  await running.ready
  await admin.waitUntilLive()
  return {
    nodeId,
    // A process that was ready has a pid.
    pid: running.pid as number,
    stats: async (filter) => Object.fromEntries(await admin.stats(filter.source)),
  }
}
