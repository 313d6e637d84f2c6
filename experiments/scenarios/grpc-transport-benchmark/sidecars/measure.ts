// The same calls over one transport, with and without Envoys on the way, turn by turn.

import { join } from 'node:path'
import type { MeasuredProcess } from '../../../../harness/measure-load.ts'
import type { Measured } from '../../../../harness/results.ts'
import type { RunContext } from '../../../../harness/scenario.ts'
import { startBackend } from '../../../../testbed/backend.ts'
import { startLoader } from '../../../../testbed/loader/start-loader.ts'
import { startSidecarPlane } from '../../../../testbed/sidecars/start-plane.ts'
import { type RunningSidecars, startSidecars } from '../../../../testbed/sidecars/start-sidecars.ts'
import type { Transport } from '../../../../testbed/transports/transport.ts'
import { measureInTurns, type Way } from '../turns/in-turns.ts'
import { SIDECAR_WAYS, type SidecarWay, type SidecarWayId, TURNS, waysOver } from './ways.ts'

export const PAYLOAD_BYTES = 64

/** Where a call waits for the network, one at a time would be too few to count. */
const CALLS_AT_A_TIME = { near: 1, far: 16 }

/** By the Envoys' own counts. */
export const PASSED = {
  client: 'calls that passed the Envoy of the client',
  server: 'calls that passed the Envoy of the server',
  mtls: 'calls between both by mutual TLS',
} as const

export async function measureSidecars(context: RunContext, transport: Transport): Promise<Measured> {
  const plane = await context.shared('sidecar plane', ({ group }) => startSidecarPlane(group))
  const { group } = context
  const laid = await transport.lay(group, join(plane.folder, transport.id))
  const socket = `unix:${join(plane.folder, `${transport.id}.sock`)}`
  const [server, beside, loader] = await Promise.all([
    startBackend(laid.server, context.folder, { id: 'server', listen: laid.listen() }),
    waysOver(transport).includes('server-unix')
      ? startBackend(laid.server, context.folder, { id: 'server-unix', listen: socket })
      : undefined,
    startLoader(laid.client, { name: 'loader' }),
  ])
  const sidecars = await startSidecars(plane, laid, {
    id: transport.id,
    server: { address: server.address, ...(beside && { socket: beside.address }) },
  })
  return await measureInTurns(context, {
    loader,
    ways: waysOver(transport).map((id) => wayOf(id, sidecars, transport)),
    processes: processesOf(server, beside, sidecars),
    turns: TURNS[context.profile.name],
  })
}

function wayOf(id: SidecarWayId, sidecars: RunningSidecars, transport: Transport): Way {
  const { call, out, in: inbound }: SidecarWay = SIDECAR_WAYS[id]
  return {
    id,
    plan: {
      target: sidecars.targets[call] ?? '',
      connections: 1,
      loop: { kind: 'closed', concurrency: concurrencyOver(transport) },
      calls: { kind: 'unary', payloadBytes: PAYLOAD_BYTES, responseBytes: PAYLOAD_BYTES },
    },
    async prepare() {
      if (out !== undefined) await sidecars.sendOut(out)
      if (inbound !== undefined) await sidecars.takeIn(inbound)
    },
    counters: async () => ({
      [PASSED.client]: await countOf(sidecars.client, COMPLETED),
      [PASSED.server]: await countOf(sidecars.server, COMPLETED),
      [PASSED.mtls]: await countOf(sidecars.client, BY_MUTUAL_TLS),
    }),
  }
}

/** Those of the listeners: the admin counts its own requests apart. */
const COMPLETED = /^http\.(main|plain|mtls)\.downstream_rq_completed$/
const BY_MUTUAL_TLS = /^cluster\.[^.]*-mtls\.upstream_rq_total$/

async function countOf(envoy: RunningSidecars['server'], counters: RegExp): Promise<number> {
  return Object.values((await envoy?.stats(counters)) ?? {}).reduce((sum, count) => sum + count, 0)
}

function processesOf(
  server: { readonly pid: number | undefined },
  beside: { readonly pid: number | undefined } | undefined,
  { client, server: inbound }: RunningSidecars,
): readonly MeasuredProcess[] {
  return [
    ...[server, beside].flatMap((one) =>
      one?.pid === undefined ? [] : [{ role: 'server' as const, name: 'server', pid: one.pid }],
    ),
    ...[client, inbound].flatMap((one) =>
      one === undefined ? [] : [{ role: 'proxy' as const, name: one.nodeId, pid: one.pid }],
    ),
  ]
}

function concurrencyOver({ family }: Transport): number {
  return family === 'internet' ? CALLS_AT_A_TIME.far : CALLS_AT_A_TIME.near
}
