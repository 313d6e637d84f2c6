// The servers that a stranger may reach, as processes: an Envoy, a service, the xDS server, an authorizer.

import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Authorization } from '@envoy/xds-protos/envoy/service/auth/v3/external_auth_pb.js'
import { EchoService } from '@envoy/xds-protos/switchyard/echo/v1/echo_pb.js'
import { stringify } from 'yaml'
import { startProcess } from '../../processes/running-process.ts'
import { createClient } from '../../services/rpc/index.ts'
import { parseReady } from '../../testbed/part.ts'
import { CLUSTER } from '../../xds-server/index.ts'
import { startAuthorizerProcess } from './authorizer.ts'
import { startBackendProcess } from './backend-process.ts'
import { connectEcho, startEdge } from './edge.ts'
import type { Teardowns } from './real-envoy.ts'
import { sampleConfig } from './sample-config.ts'
import { testFolder } from './test-folder.ts'
import { ADS, connectTo, DeltaClient, nodeOf } from './xds-client.ts'

export interface ExposedServer {
  readonly title: string
  readonly address: string
  readonly pid: number
  /** The path of a method that it serves. */
  readonly path: string
  /** An honest call on a new connection. @throws if the answer is not the expected one. */
  readonly call: () => Promise<void>
}

const MAIN = fileURLToPath(new URL('../../control-plane/main.ts', import.meta.url))
const DENIED = 7
const UNARY = `/${EchoService.typeName}/Unary`

/** The service is behind the Envoy. */
export async function startExposedServers(t: Teardowns): Promise<readonly ExposedServer[]> {
  const backend = await startBackendProcess(t, 'b1')
  const edge = await startEdge(t, {
    upstreams: { echo: { endpoints: { b1: { address: backend.address } } } },
    fleet: { filters: { binaryMetadata: { enabled: true } } },
  })
  const echo = (address: string) => async () => {
    const { backendId } = await connectEcho(t, address).unary({ message: 'who?' })
    if (backendId !== 'b1') throw new Error(`"${backendId}" answered`)
  }
  const { pid } = edge.envoy
  return [
    { title: 'an Envoy', address: edge.address, pid, path: UNARY, call: echo(edge.address) },
    { title: 'a service', ...backend, path: UNARY, call: echo(backend.address) },
    await startControlPlaneProcess(t),
    await startExposedAuthorizer(t),
  ]
}

/** On a port without TLS, which it serves only if it has to. It denies calls without a role. */
async function startExposedAuthorizer(t: Teardowns): Promise<ExposedServer> {
  const { address, pid } = await startAuthorizerProcess(t, '127.0.0.1:0')
  const call = async () => {
    const client = createClient(Authorization, address)
    const { status } = await client.check({ attributes: { request: { http: { path: UNARY } } } })
    client.close()
    if (status?.code !== DENIED) throw new Error(`answered ${status?.code}`)
  }
  return { title: 'an authorizer', address, pid, path: `/${Authorization.typeName}/Check`, call }
}

/** A control plane of the sample document, with xDS and REST without TLS. */
export async function startControlPlaneProcess(
  t: Teardowns,
): Promise<ExposedServer & { readonly rest: string }> {
  const config = join(testFolder(t), 'config.yaml')
  await writeFile(config, stringify(sampleConfig()))
  const running = startProcess({
    name: 'control plane',
    command: process.execPath,
    args: [MAIN, '--config', config],
    ready: (line) => parseReady<{ xds: string; admin: string }>(line, 'xds'),
  })
  t.teardown(() => running.stop(0))
  const { xds: address, admin: rest } = await running.ready
  const call = async () => {
    const client = new DeltaClient(connectTo(t, address))
    client.send({ node: nodeOf('edge-1', 'edge'), typeUrl: CLUSTER })
    const { resources } = await client.next()
    client.close()
    if (resources.length === 0) throw new Error('received no clusters')
  }
  return { title: 'the xDS server', address, pid: running.pid as number, path: ADS.delta, call, rest }
}
