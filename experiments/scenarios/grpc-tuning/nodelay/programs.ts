// TCP_NODELAY of the connections of gRPC clients, servers and proxies, while calls are open on them.

import { join } from 'node:path'
import { EchoService } from '@envoy/xds-protos/switchyard/echo/v1/echo_pb.js'
import { facts } from '../../../../harness/facts.ts'
import { NEEDS_ENVOY, NEEDS_GO, NEEDS_JAVA, NEEDS_NGINX, NEEDS_PYTHON } from '../../../../harness/needs.ts'
import type { Measured } from '../../../../harness/results.ts'
import type { Need, RunContext } from '../../../../harness/scenario.ts'
import { createClient } from '../../../../services/rpc/index.ts'
import { startGrpcClient } from '../../../../testbed/grpc-client-process.ts'
import type { GrpcLanguage } from '../../../../testbed/grpc-programs/grpc-program.ts'
import { startGrpcServer } from '../../../../testbed/grpc-server-process.ts'
import { startNginx } from '../../../../testbed/proxies/nginx.ts'
import { startGaugedServer } from '../gauged-server/start-gauged-server.ts'
import { startTunedEnvoys } from '../tuned-envoys.ts'
import { readSockets } from './read-sockets.ts'

/** Its end toward clients (`server`) and toward servers (`client`). */
export type End = 'client' | 'server'
export const ENDS: readonly End[] = ['client', 'server']

type Nodelay = Readonly<Record<End, boolean | undefined>>

export interface SocketProgram {
  readonly id: string
  readonly title: string
  readonly needs?: readonly Need[]
  readonly read: (context: RunContext) => Promise<Nodelay>
}

// biome-ignore format: a line for each program
export const SOCKET_PROGRAMS: readonly SocketProgram[] = [
  { id: 'grpc-js', title: 'grpc-js', read: readGrpcJs },
  { id: 'go', title: 'gRPC for Go', needs: [NEEDS_GO], read: (context) => readLanguage(context, 'go') },
  { id: 'python', title: 'gRPC for Python (C-core)', needs: [NEEDS_PYTHON], read: (context) => readLanguage(context, 'python') },
  { id: 'java', title: 'gRPC for Java', needs: [NEEDS_JAVA], read: (context) => readLanguage(context, 'java') },
  { id: 'nginx', title: 'NGINX', needs: [NEEDS_NGINX], read: readNginx },
  { id: 'envoy', title: 'Envoy', needs: [NEEDS_ENVOY], read: readEnvoy },
]

export const socketsId = ({ id }: SocketProgram): string => `nodelay.sockets.${id}`
/** 1 or 0. */
export const nodelayFigure = (end: End): string => `TCP_NODELAY, ${end}`

export async function measureSockets(context: RunContext, program: SocketProgram): Promise<Measured> {
  const nodelay = await program.read(context)
  const known = ENDS.flatMap((end) =>
    nodelay[end] === undefined ? [] : [[nodelayFigure(end), Number(nodelay[end])] as const],
  )
  return facts({ figures: Object.fromEntries(known) })
}

/** Of the end whose own port it is, or whose peer's. */
function nodelayOf(pid: number | undefined, address: string, end: End): boolean | undefined {
  const port = Number(address.slice(address.lastIndexOf(':') + 1))
  if (pid === undefined) return undefined
  return readSockets(pid, port).find(({ local, peer }) => (end === 'server' ? local : peer) === port)?.nodelay
}

async function readGrpcJs({ group }: RunContext): Promise<Nodelay> {
  const { addresses, pid } = await startGaugedServer(group)
  const client = await calling(addresses[0])
  const found = {
    client: nodelayOf(process.pid, addresses[0], 'client'),
    server: nodelayOf(pid, addresses[0], 'server'),
  }
  client.close()
  return found
}

async function readLanguage({ group, folder }: RunContext, language: GrpcLanguage): Promise<Nodelay> {
  const { addresses } = await startGaugedServer(group)
  const name = `${language}-client`
  const program = await startGrpcClient(group, folder, { name, language, target: `ipv4:${addresses[0]}` })
  await program.calls(1, { waitForReady: true, deadlineMs: 60_000 })
  const server = await startGrpcServer(group, folder, {
    ...{ language, name: `${language}-server`, listen: '127.0.0.1:0' },
  })
  const client = await calling(server.listening)
  const found = {
    client: nodelayOf(program.pid, addresses[0], 'client'),
    server: nodelayOf(server.pid, server.listening, 'server'),
  }
  client.close()
  return found
}

async function readNginx({ group, folder }: RunContext): Promise<Nodelay> {
  const { addresses } = await startGaugedServer(group)
  const { address, processes } = await startNginx(group, join(folder, 'nginx'), {
    ...{ backends: [{ id: 'server', address: addresses[0] }], keepAlive: 1 },
  })
  const client = await calling(address)
  const [worker] = processes
  const found = bothEnds(worker?.pid, address, addresses[0])
  client.close()
  return found
}

async function readEnvoy(context: RunContext): Promise<Nodelay> {
  const { addresses } = await startGaugedServer(context.group)
  const { envoy } = await startTunedEnvoys(context, 'nodelay', { envoy: { backend: addresses[0] } })
  const client = await calling(envoy.target)
  const found = bothEnds(envoy.pid, envoy.target, addresses[0])
  client.close()
  return found
}

const bothEnds = (pid: number | undefined, own: string, backend: string): Nodelay => ({
  client: nodelayOf(pid, backend, 'client'),
  server: nodelayOf(pid, own, 'server'),
})

/** A client of grpc-js whose connection has carried a call. */
async function calling(address: string) {
  const client = createClient(EchoService, address, { options: { 'grpc.use_local_subchannel_pool': 1 } })
  await client.unary({})
  return client
}
