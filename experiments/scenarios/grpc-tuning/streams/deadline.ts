// A call that waits behind a full connection until its deadline, and the same call on a connection of its own.

import { EchoService } from '@envoy/xds-protos/switchyard/echo/v1/echo_pb.js'
import { status } from '@grpc/grpc-js'
import { facts } from '../../../../harness/facts.ts'
import type { Measured } from '../../../../harness/results.ts'
import type { RunContext } from '../../../../harness/scenario.ts'
import { createClient, RpcStatusError } from '../../../../services/rpc/index.ts'
import { startGaugedServer } from '../gauged-server/start-gauged-server.ts'
import { LIMIT, LIMITED } from './ways.ts'

export const DEADLINE = 'streams.deadline'
export const DEADLINE_MS = 300
/** For the twin, whose call must be answered. */
const LONG_MS = 20_000

export const DEADLINE_FIGURES = {
  queued: 'calls that reached the server, with the one that waits',
  own: 'calls that reached the server, with one on a connection of its own',
} as const
export const DEADLINE_TEXTS = { queued: 'status of the call that waits', own: 'status of the other' } as const

const OWN = { options: { 'grpc.use_local_subchannel_pool': 1 } }

export async function measureDeadline(context: RunContext): Promise<Measured> {
  const server = await startGaugedServer(context.group, LIMITED)
  const client = createClient(EchoService, server.addresses[0], OWN)
  const other = createClient(EchoService, server.addresses[0], OWN)
  await client.unary({})
  // They end when one more than the limit has reached the server.
  await server.reset({ latch: LIMIT + 1 })
  const held = Array.from({ length: LIMIT }, () => client.unary({}))
  await server.until(({ now }) => now === LIMIT)
  const queued = await statusOf(client.unary({}, { deadline: Date.now() + DEADLINE_MS }))
  const atDeadline = await server.counts()
  const own = await statusOf(other.unary({}, { deadline: Date.now() + LONG_MS }))
  await Promise.all(held)
  const { begun } = await server.counts()
  client.close()
  other.close()
  return facts({
    calls: LIMIT + 2,
    codes: { OK: LIMIT + (own === 'OK' ? 1 : 0), [queued]: 1 },
    figures: { [DEADLINE_FIGURES.queued]: atDeadline.begun, [DEADLINE_FIGURES.own]: begun },
    texts: { [DEADLINE_TEXTS.queued]: queued, [DEADLINE_TEXTS.own]: own },
  })
}

async function statusOf(call: Promise<unknown>): Promise<string> {
  const code = await call.then(
    () => status.OK,
    (error) => RpcStatusError.from(error).code,
  )
  return status[code] ?? String(code)
}
