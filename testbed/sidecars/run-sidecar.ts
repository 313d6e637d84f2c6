// Runs an Envoy beside a process: in its network namespace and on its CPUs, with an admin that is reached through the file system.

import { mkdir, writeFile } from 'node:fs/promises'
import { request } from 'node:http'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { create } from '@bufbuild/protobuf'
import { AddressSchema } from '@envoy/xds-protos/envoy/config/core/v3/address_pb.js'
import { SwitchyardError } from '../../core/errors.ts'
import { bootstrapJson, createBootstrap } from '../../envoy-bootstrap/bootstrap.ts'
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

const PATIENCE_MS = 60_000
const POLL_MS = { least: 5, most: 100 }

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
  const admin = `${file}.sock`
  const bootstrap = createBootstrap({
    ...{ nodeId, cluster: fleet, xds: { address: xds } },
    // All listeners of the document have an address of their own.
    listenerAddress: '127.0.0.1',
  })
  // From another namespace, nothing but a file leads to it.
  const pipe = create(AddressSchema, { address: { case: 'pipe', value: { path: admin } } })
  if (bootstrap.admin) bootstrap.admin.address = pipe
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
  await untilLive(nodeId, admin)
  return {
    nodeId,
    // A process that was ready has a pid.
    pid: running.pid as number,
    stats: async (filter) =>
      parseStats(await get(admin, `/stats?filter=${encodeURIComponent(filter.source)}`)),
  }
}

/** It is live once it has its first clusters and listeners. */
async function untilLive(nodeId: string, admin: string): Promise<void> {
  const timeout = AbortSignal.timeout(PATIENCE_MS)
  for (let pause = POLL_MS.least; ; pause = Math.min(2 * pause, POLL_MS.most)) {
    const state = (await get(admin, '/ready')).trim()
    if (state === 'LIVE') return
    if (timeout.aborted) {
      const message = `Envoy ${nodeId} is ${state} after ${PATIENCE_MS} ms, not LIVE`
      throw new SwitchyardError('process-failed', message)
    }
    await wait(pause)
  }
}

/** Lines such as `cluster.echo.upstream_rq_retry: 3`. Histograms have no single value, and are left out. */
function parseStats(text: string): Readonly<Record<string, number>> {
  return Object.fromEntries(
    text.split('\n').flatMap((line) => {
      const [, name = '', value] = /^(\S+): (\d+)$/.exec(line) ?? []
      return value === undefined ? [] : [[name, Number(value)]]
    }),
  )
}

function get(socketPath: string, path: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const fail = (cause: Error) =>
      reject(new SwitchyardError('process-failed', `the admin at ${socketPath} did not answer`, { cause }))
    request({ socketPath, path }, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('end', () => resolve(Buffer.concat(chunks).toString('utf8')))
      response.on('error', fail)
    })
      .on('error', fail)
      .end()
  })
}
