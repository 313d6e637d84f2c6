// Echo backends in the process of the test, for a proxy in front of them, and what calls through it meet.

import { existsSync } from 'node:fs'
import { EchoService } from '@envoy/xds-protos/switchyard/echo/v1/echo_pb.js'
import type { ChannelCredentials } from '@grpc/grpc-js'
import type { Test } from 'tap'
import { freePort } from '../../processes/free-port.ts'
import { ProcessGroup } from '../../processes/process-group.ts'
import { type Backend, startBackend } from '../../services/backend-server.ts'
import { createClient, type RpcClient } from '../../services/rpc/index.ts'
import type { ProxiedBackend } from '../../testbed/proxies/proxy.ts'
import { until } from './until.ts'

export type EchoClient = RpcClient<typeof EchoService>

export interface ProxiedEcho {
  /** Ends what the test starts in it. */
  readonly group: ProcessGroup
  readonly backends: readonly ProxiedBackend[]
  readonly servers: readonly Backend[]
  /** An address that nobody listens on. */
  readonly dead: ProxiedBackend
  /** A client with a connection of its own. Default: plaintext. */
  readonly connect: (address: string, credentials?: ChannelCredentials) => EchoClient
}

export async function startProxiedEcho(t: Test, count = 3): Promise<ProxiedEcho> {
  const group = new ProcessGroup()
  const ids = Array.from({ length: count }, (_, index) => `b${index + 1}`)
  const listen = { host: '127.0.0.1', port: 0 }
  const servers = await Promise.all(ids.map((id) => startBackend({ id, listen, latencyMs: 0 })))
  t.teardown(async () => {
    await group.stop()
    await Promise.all(servers.map((server) => server.close()))
  })
  return {
    group,
    backends: servers.map(({ address }, index) => ({ id: ids[index] ?? '', address })),
    servers,
    dead: { id: 'dead', address: `127.0.0.1:${await freePort()}` },
    connect(address, credentials) {
      const tls = credentials && { 'grpc.ssl_target_name_override': 'localhost' }
      const options = { 'grpc.use_local_subchannel_pool': 1, ...tls }
      const client = createClient(EchoService, address, { options, ...(credentials && { credentials }) })
      t.teardown(() => client.close())
      return client
    },
  }
}

export interface Spread {
  /** Calls by the backend that answered, and by the message of those that failed. */
  readonly answers: Readonly<Record<string, number>>
  /** Connections to backends over which calls came: each has its own address of the proxy. */
  readonly connections: number
}

/** Makes unary calls, one after the other or several at a time. */
export async function spreadOf(client: EchoClient, calls: number, concurrency = 1): Promise<Spread> {
  const answers: Record<string, number> = {}
  const connections = new Set<string>()
  let begun = 0
  const work = async () => {
    while (begun < calls) {
      begun += 1
      const key = await client.unary({}).then(
        ({ backendId, peer }) => {
          connections.add(`${peer} ${backendId}`)
          return backendId
        },
        ({ message }: Error) => message,
      )
      answers[key] = (answers[key] ?? 0) + 1
    }
  }
  await Promise.all(Array.from({ length: concurrency }, work))
  return { answers, connections: connections.size }
}

/**
 * Receives the answers of a stream on which nothing moves for `idleMs` before each of them.
 * @returns their number, and the error that cut the stream
 */
export async function idleStreamOf(
  client: EchoClient,
  idleMs: number,
): Promise<{ readonly answers: number; readonly error?: string }> {
  let answers = 0
  const quiet = {
    delay: { seconds: BigInt(Math.floor(idleMs / 1_000)), nanos: (idleMs % 1_000) * 1_000_000 },
  }
  async function* requests() {
    yield {}
    yield quiet
  }
  try {
    for await (const _ of client.bidirectional(requests())) answers += 1
    return { answers }
  } catch (error) {
    return { answers, error: (error as Error).message }
  }
}

/** Whether a process exists. */
export function isRunning(pid: number): boolean {
  return existsSync(`/proc/${pid}`)
}

/** Resolves when a process has ended; the test's timeout bounds it. */
export async function untilEnded(pid: number): Promise<void> {
  await until(() => !isRunning(pid))
}
