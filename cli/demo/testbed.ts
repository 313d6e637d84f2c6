// The parts of the demonstration, each a process of its own: backends, the control plane, an Envoy.

import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { stringify } from 'yaml'
import { createBootstrap } from '../../envoy-bootstrap/bootstrap.ts'
import { findEnvoy } from '../../envoy-bootstrap/find-envoy.js'
import { nodeAddress } from '../../envoy-bootstrap/node-address.ts'
import { type RunningEnvoy, runEnvoy } from '../../envoy-bootstrap/run-envoy.ts'
import { freePort } from '../../processes/free-port.ts'
import type { ProcessGroup } from '../../processes/process-group.ts'
import type { RunningProcess } from '../../processes/running-process.ts'

export const FLEET = 'edge'
export const LISTENER = 'main'

/** Seconds after which Envoy cuts what is left of a replaced listener's connections. */
export const DRAIN_SECONDS = 4

const BACKENDS = ['b1', 'b2', 'b3']

interface BackendReady {
  readonly id: string
  readonly address: string
}

export interface RunningBackend extends BackendReady {
  /** Sends GOAWAY on its connections; answers how many there were. */
  readonly drain: () => Promise<number>
}

export interface Testbed {
  /** URL of the REST admin. */
  readonly adminUrl: string
  readonly xdsAddress: string
  readonly backends: readonly RunningBackend[]
  readonly envoy: RunningEnvoy
  /** Where calls go: the Envoy's listener. */
  readonly address: string
}

/**
 * Starts all parts in `group`, whose end is theirs; they write their files and logs to `folder`.
 * @throws SwitchyardError with the end of its log where a part does not come up
 */
export async function startTestbed(
  group: ProcessGroup,
  folder: string,
  listenerPort: number,
): Promise<Testbed> {
  const backends = await Promise.all(BACKENDS.map((id) => startBackend(group, id)))
  const port = listenerPort === 0 ? await freePort() : listenerPort
  const configFile = join(folder, 'config.yaml')
  await writeFile(configFile, stringify(describeDesiredState(backends, port)))
  const { admin: adminUrl, xds: xdsAddress } = await startControlPlane(group, configFile)
  const bootstrap = createBootstrap({
    nodeId: `${FLEET}-1`,
    cluster: FLEET,
    listenerAddress: nodeAddress(0),
    xds: { address: xdsAddress },
  })
  const envoy = await runEnvoy({
    binary: findEnvoy().path,
    bootstrap,
    folder,
    drainTimeSeconds: DRAIN_SECONDS,
    group,
  })
  return { adminUrl, xdsAddress, backends, envoy, address: `${envoy.address}:${port}` }
}

/** The desired state of the demonstration, in the shape of the configuration file. */
function describeDesiredState(backends: readonly BackendReady[], port: number) {
  return {
    version: 1,
    upstreams: {
      echo: { endpoints: Object.fromEntries(backends.map(({ id, address }) => [id, { address }])) },
    },
    routes: { public: { hosts: ['*'], rules: { echo: { match: {}, to: { echo: 100 } } } } },
    fleets: {
      [FLEET]: {
        kind: 'envoy',
        lb: { mode: 'l4', policy: 'round_robin' },
        listeners: { [LISTENER]: { port, l4: { upstream: 'echo' }, l7: { routes: 'public' } } },
      },
    },
  }
}

async function startBackend(group: ProcessGroup, id: string): Promise<RunningBackend> {
  const started: RunningProcess<BackendReady> = group.start({
    name: `backend ${id}`,
    command: process.execPath,
    args: [sourceFile('services/backend.ts'), '--id', id, '--listen', '127.0.0.1:0'],
    ready: (line) => parseLine<BackendReady>(line, 'address'),
  })
  const ready = await started.ready
  const drain = () => started.ask('drain', (line) => parseLine<{ drained: number }>(line, 'drained')?.drained)
  return { ...ready, drain }
}

function startControlPlane(group: ProcessGroup, configFile: string): Promise<{ admin: string; xds: string }> {
  return group.start({
    name: 'control plane',
    command: process.execPath,
    args: [sourceFile('control-plane/main.ts'), '--config', configFile, '--leash'],
    ready: (line) => parseLine<{ admin: string; xds: string }>(line, 'xds'),
  }).ready
}

function sourceFile(path: string): string {
  return fileURLToPath(new URL(`../../${path}`, import.meta.url))
}

/** The JSON document of a line that has the given field; undefined for any other output. */
function parseLine<T>(line: string, field: keyof T & string): T | undefined {
  if (!line.startsWith('{')) return undefined
  const value: T = JSON.parse(line)
  return value[field] === undefined ? undefined : value
}
