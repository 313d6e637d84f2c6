// More calls at once than a connection takes: how many the server has at a time, over how many connections, and how long each takes.

import { EchoService } from '@envoy/xds-protos/switchyard/echo/v1/echo_pb.js'
import { status } from '@grpc/grpc-js'
import { facts } from '../../../../harness/facts.ts'
import type { Measured } from '../../../../harness/results.ts'
import type { RunContext, SharedContext } from '../../../../harness/scenario.ts'
import { createClient, RpcStatusError } from '../../../../services/rpc/index.ts'
import { startGrpcClient } from '../../../../testbed/grpc-client-process.ts'
import { encodeLatencies } from '../../../../testbed/measure/histogram.ts'
import { type GaugedServer, startGaugedServer } from '../gauged-server/start-gauged-server.ts'
import { startTunedEnvoys } from '../tuned-envoys.ts'
import { CALLS, DELAY_MS, type EnvoyName, LIMIT, LIMITED, type Way } from './ways.ts'

export const FIGURES = {
  most: 'calls at once at the server',
  connections: 'connections of the server',
  first: 'shortest call (ms)',
  last: 'longest call (ms)',
} as const

/** For calls that would wait forever if fewer run at once than must. */
const DEADLINE_MS = 20_000
/** A server greets a connection before it answers later calls, so that these calls come after its limit. */
const MORE_CALLS = 5

interface Called {
  readonly codes: Readonly<Record<string, number>>
  readonly latenciesUs: readonly number[]
}

export async function measureWay(context: RunContext, way: Way): Promise<Measured> {
  const { server, target } = await serverOf(context, way)
  const caller = await callerOf(context, way, target)
  await server.reset()
  await connect(server, caller, way)
  await server.reset({ latch: way.most, delayMs: DELAY_MS })
  const { codes, latenciesUs } = await caller.call(CALLS)
  const { most, connections } = await server.counts()
  await caller.stop()
  const ms = latenciesUs.map((us) => us / 1_000)
  return facts({
    ...{ calls: CALLS, codes: { ...codes }, histograms: { service: encodeLatencies(latenciesUs) } },
    figures: {
      [FIGURES.most]: most,
      [FIGURES.connections]: connections,
      [FIGURES.first]: Math.min(...ms),
      [FIGURES.last]: Math.max(...ms),
    },
  })
}

async function serverOf(context: RunContext, way: Way) {
  if (way.envoy !== undefined) {
    const { servers, envoys } = await context.shared('streams: envoys', startEnvoys)
    return { server: servers[way.envoy], target: envoys[way.envoy].target }
  }
  const server = await startGaugedServer(context.group, way.server, way.hosts)
  return { server, target: `ipv4:${server.addresses.join(',')}` }
}

async function startEnvoys(context: SharedContext) {
  const [plain, limited] = await Promise.all([
    startGaugedServer(context.group, LIMITED),
    startGaugedServer(context.group),
  ])
  const servers: Readonly<Record<EnvoyName, GaugedServer>> = { plain, limited }
  const envoys = await startTunedEnvoys(context, 'streams', {
    plain: { backend: plain.addresses[0] },
    limited: { backend: limited.addresses[0], fleet: { http2: { maxConcurrentStreams: LIMIT } } },
  })
  return { servers, envoys }
}

/** All connections that the client opens by itself are open then, and it knows the limit of each. */
async function connect(server: GaugedServer, caller: Caller, { hosts = [''] }: Way): Promise<void> {
  await caller.call(1)
  await server.until(({ open }) => open >= hosts.length)
  for (let call = 0; call < MORE_CALLS; call += 1) await caller.call(1)
}

interface Caller {
  readonly call: (calls: number) => Promise<Called>
  readonly stop: () => Promise<void>
}

async function callerOf(context: RunContext, { client }: Way, target: string): Promise<Caller> {
  if (!('language' in client)) return channelsTo(target, client)
  const { language } = client
  const program = await startGrpcClient(context.group, context.folder, { name: language, language, target })
  return {
    async call(calls) {
      const { codes, latenciesUs = [] } = await program.calls(calls, {
        ...{ concurrency: calls, deadlineMs: DEADLINE_MS, waitForReady: true, raw: true },
      })
      return { codes, latenciesUs }
    },
    stop: () => program.stop(),
  }
}

function channelsTo(
  target: string,
  { channels, own = true, roundRobin }: Exclude<Way['client'], { readonly language: unknown }>,
): Caller {
  const options = {
    ...(own && { 'grpc.use_local_subchannel_pool': 1 }),
    ...(roundRobin && {
      'grpc.service_config': JSON.stringify({ loadBalancingConfig: [{ round_robin: {} }] }),
    }),
  }
  const clients = Array.from({ length: channels }, () => createClient(EchoService, target, { options }))
  return {
    async call(calls) {
      const codes: Record<string, number> = {}
      const latenciesUs: number[] = []
      const one = async (client: (typeof clients)[number]) => {
        const begun = performance.now()
        const code = await client.unary({}, { deadline: Date.now() + DEADLINE_MS }).then(
          () => status.OK,
          (error) => RpcStatusError.from(error).code,
        )
        latenciesUs.push(Math.round((performance.now() - begun) * 1_000))
        const name = status[code] ?? String(code)
        codes[name] = (codes[name] ?? 0) + 1
      }
      // At least one on each channel, so that all of them are connected by a first call.
      const turns = Math.max(calls, channels)
      await Promise.all(Array.from({ length: turns }, (_, at) => one(clients[at % channels] as never)))
      return { codes, latenciesUs }
    },
    async stop() {
      for (const client of clients) client.close()
    },
  }
}
