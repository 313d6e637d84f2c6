// Starts the servers under test: the control plane, the bare library, and go-control-plane, with three Envoys each.

import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { stringify } from 'yaml'
import { LB_MODES, type LbMode } from '../../api/schemas/lb.ts'
import type { EnvoyAdmin } from '../../envoy-bootstrap/envoy-admin.ts'
import { startEnvoyFleet } from '../../envoy-bootstrap/envoy-fleet.ts'
import { findEnvoy } from '../../envoy-bootstrap/find-envoy.js'
import { freePort } from '../../processes/free-port.ts'
import type { ProcessGroup } from '../../processes/process-group.ts'
import { type RunningBackend, startBackend } from '../../testbed/backend.ts'
import { startControlPlane } from '../../testbed/control-plane.ts'
import { generateDocument } from '../../testbed/document.ts'
import { parseReady, sourceFile } from '../../testbed/part.ts'
import { readToken } from '../../testbed/token-file.ts'
import type { GoTools } from '../harness/go-tools.ts'
import { writeResources } from '../harness/resource-file.ts'
import { RequestTimer } from './request-timer.ts'

export interface FlipNode {
  readonly target: string
  readonly admin: EnvoyAdmin
}

export interface FlipServer {
  readonly name: 'switchyard' | 'library' | 'peer'
  readonly nodes: readonly FlipNode[]
  /** Switches the mode; resolves with the milliseconds from the request to its answer, when the last Envoy has ACKed. */
  readonly flip: (to: LbMode) => Promise<number>
}

export interface Setup {
  readonly servers: readonly FlipServer[]
  readonly backends: readonly RunningBackend[]
}

const FLEET = 'edge'
const ENVOYS = 3
const BACKENDS = ['b1', 'b2', 'b3']
/**
 * Short, because the benchmark waits for 200 drains. With 1, Envoy closes the last connections at about the time of its GOAWAY,
 * and calls on them fail: 33 of 9,321 in ten flips. With 2 none fails.
 */
const DRAIN_SECONDS = 2

/** Starts everything; every fleet starts at L4. The control plane keeps its state on disk, in `folder`. */
export async function startServers(group: ProcessGroup, tools: GoTools, folder: string): Promise<Setup> {
  const backends = await Promise.all(
    BACKENDS.map((id) => startBackend(group, folder, { id, listen: '127.0.0.1:0' })),
  )
  const port = await freePort()
  const document = generateDocument([FLEET], backends, port)
  const flips = await writeFlips(folder, document)
  const startFleet = async (xds: string, at: number): Promise<readonly FlipNode[]> => {
    const fleet = await startEnvoyFleet({
      binary: findEnvoy().path,
      name: FLEET,
      size: ENVOYS,
      firstIndex: at * ENVOYS,
      xds: { address: xds },
      drainTimeSeconds: DRAIN_SECONDS,
      folder: join(folder, `fleet-${at}`),
      group,
    })
    await Promise.all(fleet.map(({ admin }) => admin.waitUntilLive()))
    return fleet.map(({ address, admin }) => ({ target: `${address}:${port}`, admin }))
  }

  const timer = new RequestTimer()
  const controlPlane = await startControlPlaneServer(group, folder, document, timer)
  const library = await startLibrary(group, flips, timer)
  const peer = await startPeer(group, tools, flips, timer)
  const servers: FlipServer[] = []
  for (const [at, { name, xds, flip }] of [controlPlane, library, peer].entries()) {
    servers.push({ name, flip, nodes: await startFleet(xds, at) })
  }
  return { servers, backends }
}

type Started = Pick<FlipServer, 'name' | 'flip'> & { readonly xds: string }

async function startControlPlaneServer(
  group: ProcessGroup,
  folder: string,
  document: unknown,
  timer: RequestTimer,
): Promise<Started> {
  const configFile = join(folder, 'config.yaml')
  await writeFile(configFile, stringify(document))
  const anywhere = '127.0.0.1:0'
  const state = join(folder, 'state')
  const options = { configFile, admin: anywhere, xds: anywhere, state }
  const { adminUrl, tokensFile, xdsAddress } = await startControlPlane(group, folder, options)
  const authorization = `Bearer ${await readToken(tokensFile, 'operator')}`
  return {
    name: 'switchyard',
    xds: xdsAddress,
    flip: (mode) =>
      timer.time({
        url: `${adminUrl}/v1/fleets/${FLEET}/lb?wait=30s`,
        method: 'PUT',
        headers: { authorization, 'content-type': 'application/json' },
        body: JSON.stringify({ mode }),
      }),
  }
}

async function startLibrary(group: ProcessGroup, flips: string, timer: RequestTimer): Promise<Started> {
  const { ready } = group.start({
    name: 'library',
    command: process.execPath,
    args: [sourceFile('bench/servers/flip-server.ts'), '--flip', flips],
    dieWithParent: true,
    ready: (line) => parseReady<{ readonly xds: string; readonly control: string }>(line, 'control'),
  })
  const { xds, control } = await ready
  return { name: 'library', xds, flip: () => postFlip(timer, control) }
}

async function startPeer(
  group: ProcessGroup,
  { peer }: GoTools,
  flips: string,
  timer: RequestTimer,
): Promise<Started> {
  const xds = `127.0.0.1:${await freePort()}`
  const control = `127.0.0.1:${await freePort()}`
  const { ready } = group.start({
    name: 'peer',
    command: peer,
    args: ['-n', '0', '-listen', xds, '-http', control, '-flip', flips],
    dieWithParent: true,
    ready: (line) => (line.includes(' pid ') ? true : undefined),
  })
  await ready
  return { name: 'peer', xds, flip: () => postFlip(timer, `http://${control}`) }
}

function postFlip(timer: RequestTimer, control: string): Promise<number> {
  return timer.time({ url: `${control}/flip`, method: 'POST' })
}

/** Writes the resources of each mode to a file; returns their paths with a comma between, as both servers expect. */
async function writeFlips(folder: string, document: ReturnType<typeof generateDocument>): Promise<string> {
  const files: string[] = []
  for (const mode of LB_MODES) {
    const fleets = Object.fromEntries(
      Object.entries(document.fleets).map(([name, fleet]) => [name, { ...fleet, lb: { ...fleet.lb, mode } }]),
    )
    const file = join(folder, `${mode}.pb`)
    await writeResources(file, { ...document, fleets }, FLEET)
    files.push(file)
  }
  return files.join(',')
}
