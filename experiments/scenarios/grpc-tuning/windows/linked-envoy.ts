// An Envoy at one end of the link, which a control plane on the host configures over a Unix socket.

import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { stringify } from 'yaml'
import { RestClient } from '../../../../api/client.ts'
import { bootstrapJson, createBootstrap } from '../../../../envoy-bootstrap/bootstrap.ts'
import { findEnvoy } from '../../../../envoy-bootstrap/find-envoy.js'
import { freePort } from '../../../../processes/free-port.ts'
import type { ProcessGroup } from '../../../../processes/process-group.ts'
import { startControlPlane } from '../../../../testbed/control-plane.ts'
import type { Link, Side } from '../../../../testbed/link/create-link.ts'
import { readToken } from '../../../../testbed/token-file.ts'

/** The path of a socket has 107 bytes at most, so it is not below `TMPDIR`. Links are for Linux, which has this folder. */
const SHORT_PATH = '/tmp/switchyard-link-'

export interface EnvoyWindows {
  /** In bytes, of the fleet (toward callers) and of the upstream (toward the server). */
  readonly streamWindow: number
  readonly connectionWindow: number
}

export interface LinkedEnvoy {
  /** Sets its windows. @returns the address of a listener that has them, `HOST:PORT` */
  readonly setWindows: (windows: EnvoyWindows) => Promise<string>
}

export interface LinkedEnvoyOptions {
  readonly link: Link
  /** Where it runs: beside the client, or beside the server. */
  readonly side: Side
  /** What it calls, `HOST:PORT`. */
  readonly upstream: string
}

/** @throws SwitchyardError `process-failed` if Envoy or the control plane does not start */
export async function startLinkedEnvoy(
  group: ProcessGroup,
  folder: string,
  { link, side, upstream }: LinkedEnvoyOptions,
): Promise<LinkedEnvoy> {
  const { ip, namespace } = link[side]
  const documentOf = (port: number, windows?: EnvoyWindows) => ({
    version: 1,
    upstreams: { data: { endpoints: { d1: { address: upstream } }, ...(windows && { http2: windows }) } },
    routes: { data: { hosts: ['*'], rules: { all: { match: {}, to: { data: 1 }, timeout: '0s' } } } },
    fleets: {
      edge: {
        ...{ kind: 'envoy', lb: { mode: 'l7', policy: 'round_robin' }, ...(windows && { http2: windows }) },
        listeners: { main: { port, l7: { routes: 'data' } } },
      },
    },
  })
  const configFile = join(folder, 'data.yaml')
  await writeFile(configFile, stringify(documentOf(await freePort())))
  const sockets = await mkdtemp(SHORT_PATH)
  group.ending.addEventListener('abort', () => void rm(sockets, { recursive: true, force: true }))
  const { adminUrl, tokensFile, xdsAddress } = await startControlPlane(group, folder, {
    ...{ configFile, admin: '127.0.0.1:0', xds: `unix:${join(sockets, 'xds')}` },
  })
  const bootstrapFile = join(folder, 'envoy.json')
  const bootstrap = createBootstrap({
    ...{ nodeId: `edge-${side}`, cluster: 'edge', listenerAddress: ip, xds: { address: xdsAddress } },
    adminAddress: `unix:${join(sockets, 'admin')}`,
  })
  await writeFile(bootstrapFile, bootstrapJson(bootstrap))
  const envoy = namespace.starterIn(group).start({
    name: `Envoy edge-${side}`,
    command: findEnvoy().path,
    args: ['-c', bootstrapFile, '--concurrency', '1', '--disable-hot-restart'],
    logFile: join(folder, 'envoy.log'),
    dieWithParent: true,
    ready: (line) => line.includes('all dependencies initialized. starting workers') || undefined,
  })
  await envoy.ready
  const rest = new RestClient({ url: adminUrl, token: await readToken(tokensFile, 'operator') })
  return {
    async setWindows(windows) {
      // A listener of its own: connections to its port cannot be those of the listener before.
      const port = await freePort()
      await rest.putConfig(documentOf(port, windows), { wait: '30s' })
      return `${ip}:${port}`
    },
  }
}
