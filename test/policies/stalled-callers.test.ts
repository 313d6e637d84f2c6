// Callers that do not read responses, and services that do not read requests: other calls succeed, and Envoy's memory stays bounded.

import { create, toBinary } from '@bufbuild/protobuf'
import { EchoRequestSchema, EchoService } from '@envoy/xds-protos/switchyard/echo/v1/echo_pb.js'
import t, { type Test } from 'tap'
import { STREAM_WINDOW_BYTES } from '../../control-plane/switches/http2.ts'
import { startBackendProcess } from '../support/backend-process.ts'
import { connectEcho, type Edge, startEdge } from '../support/edge.ts'
import { withoutStreamLimits } from '../support/limits-off.ts'
import { residentMemoryMib } from '../support/process-cost.ts'
import { openStalledConnection } from '../support/stalled-connection.ts'
import { startStallingService } from '../support/stalling-service.ts'
import { until } from '../support/until.ts'

const KIB = 1024
const MIB = 1024 * KIB
const UNARY = `/${EchoService.typeName}/Unary`
const BIDIRECTIONAL = `/${EchoService.typeName}/Bidirectional`
const CALLS = 30
/** A normal call waits only for a busy machine. A call behind a stalled stream waits forever. */
const CALL_TIMEOUT_MS = 10_000
/** A stream can fill four buffers of one window each in Envoy: two for requests, two for responses. */
const WINDOWS_A_STREAM = 4
/** Memory for connections, and what the allocator keeps beyond use. */
const SLACK = 2

const message = toBinary(
  EchoRequestSchema,
  create(EchoRequestSchema, { message: 'x'.repeat(64 * KIB), payloadSize: 64 * KIB }),
)

interface Attack {
  readonly connections: number
  readonly streams: number
}

function mostGrowthMib({ connections, streams }: Attack): number {
  return 8 + (SLACK * WINDOWS_A_STREAM * connections * streams * STREAM_WINDOW_BYTES) / MIB
}

/**
 * How many of 30 other calls succeeded, and by how many MiB Envoy grew.
 * @param leastGrowthMib by which it grows before these calls begin
 */
async function underAttack(
  t: Test,
  edge: Edge,
  direct: string,
  { connections, streams }: Attack,
  leastGrowthMib = Number.NEGATIVE_INFINITY,
) {
  await connectEcho(t, edge.address).unary({ message: 'before' })
  const before = residentMemoryMib(edge.envoy.pid)
  const stalled = await Promise.all(
    Array.from({ length: connections }, () =>
      openStalledConnection(t, edge.address, { path: BIDIRECTIONAL, streams, message, bytes: 30 * MIB }),
    ),
  )
  const grown = () => residentMemoryMib(edge.envoy.pid) - before
  await until(() => grown() > leastGrowthMib)
  const service = connectEcho(t, direct)
  for (const { settled } of stalled) await settled(() => service.unary({ message: 'are you done?' }))
  const others = connectEcho(t, edge.address)
  const answers = await Promise.allSettled(
    Array.from({ length: CALLS }, () =>
      others.unary({ message: 'me too' }, { deadline: new Date(Date.now() + CALL_TIMEOUT_MS) }),
    ),
  )
  const grownMib = grown()
  for (const { close } of stalled) close()
  return { answered: answers.filter(({ status }) => status === 'fulfilled').length, grownMib }
}

const ATTACKS: readonly Attack[] = [
  { connections: 1, streams: 6 },
  { connections: 1, streams: 90 },
  { connections: 24, streams: 6 },
]

t.test('S54: callers that do not read responses do not block others', async (t) => {
  const { address } = await startBackendProcess(t, 'b1')
  const edge = await startEdge(t, { upstreams: { echo: { endpoints: { b1: { address } } } } })
  for (const attack of ATTACKS) {
    const { answered, grownMib } = await underAttack(t, edge, address, attack)
    t.equal(
      answered,
      CALLS,
      `${attack.connections} connections with ${attack.streams} streams of 30 MiB each`,
    )
    t.ok(grownMib < mostGrowthMib(attack), `the Envoy grew by ${grownMib.toFixed(0)} MiB`)
  }
})

t.test('S54: a service that does not read streams does not block its other methods', async (t) => {
  const address = await startStallingService(t, UNARY)
  const edge = await startEdge(t, { upstreams: { echo: { endpoints: { b1: { address } } } } })
  for (const attack of ATTACKS) {
    const { answered, grownMib } = await underAttack(t, edge, address, attack)
    t.equal(answered, CALLS, `${attack.connections} connections with ${attack.streams} streams`)
    t.ok(grownMib < mostGrowthMib(attack), `the Envoy grew by ${grownMib.toFixed(0)} MiB`)
  }
})

t.test("S54: with Envoy's default windows, six streams block all others or fill its memory", async (t) => {
  const attack = { connections: 1, streams: 6 }
  const edgeTo = (address: string) =>
    startEdge(t, { upstreams: { echo: { endpoints: { b1: { address } } } }, edit: withoutStreamLimits })
  const most = mostGrowthMib(attack)
  const { address } = await startBackendProcess(t, 'b1')
  const unread = await underAttack(t, await edgeTo(address), address, attack, most)
  t.ok(unread.answered < CALLS, `callers that do not read responses: ${unread.answered} other calls succeed`)
  t.ok(unread.grownMib > most, `the Envoy grew by ${unread.grownMib.toFixed(0)} MiB`)

  const stalling = await startStallingService(t, UNARY)
  const unsent = await underAttack(t, await edgeTo(stalling), stalling, attack, most)
  t.ok(unsent.grownMib > most, `services that do not read: grew by ${unsent.grownMib.toFixed(0)} MiB`)
})
