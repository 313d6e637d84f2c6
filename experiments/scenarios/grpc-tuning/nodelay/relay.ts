// gRPC through a TCP relay that leaves Nagle's algorithm on, and through one that does not: what a middleman can cost.

import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { EchoService } from '@envoy/xds-protos/switchyard/echo/v1/echo_pb.js'
import { joinAddress, splitAddress } from '../../../../core/host-and-port.ts'
import { facts } from '../../../../harness/facts.ts'
import type { ProfileName } from '../../../../harness/profile.ts'
import type { Measured } from '../../../../harness/results.ts'
import type { RunContext } from '../../../../harness/scenario.ts'
import { createClient } from '../../../../services/rpc/index.ts'
import { encodeLatencies } from '../../../../testbed/measure/histogram.ts'
import { startGaugedServer } from '../gauged-server/start-gauged-server.ts'

export const RELAYED_CALLS: Readonly<Record<ProfileName, number>> = { quick: 40, standard: 200, full: 1_000 }
const REQUEST = { payload: new Uint8Array(100) }

export const relayId = (noDelay: boolean): string => `nodelay.relay.${noDelay ? 'nodelay' : 'nagle'}`

export async function measureRelay(context: RunContext, noDelay: boolean): Promise<Measured> {
  const server = await startGaugedServer(context.group)
  const relay = await startRelay(server.addresses[0], noDelay)
  const client = createClient(EchoService, relay.address, {
    options: { 'grpc.use_local_subchannel_pool': 1 },
  })
  const calls = RELAYED_CALLS[context.profile.name]
  const latenciesUs: number[] = []
  try {
    await client.unary(REQUEST)
    while (latenciesUs.length < calls) {
      const begun = performance.now()
      await client.unary(REQUEST)
      latenciesUs.push(Math.round((performance.now() - begun) * 1_000))
    }
  } finally {
    client.close()
    relay.stop()
  }
  return facts({ calls, codes: { OK: calls }, histograms: { service: encodeLatencies(latenciesUs) } })
}

/** @param to `HOST:PORT` @param noDelay of both its sockets */
async function startRelay(to: string, noDelay: boolean) {
  const target = splitAddress(to)
  if (target === undefined) throw new Error(`${to} is no address`)
  const open = new Set<Socket>()
  const relay = createServer({ noDelay, allowHalfOpen: true }, (near) => {
    const far = connect({ ...target, noDelay, allowHalfOpen: true })
    for (const socket of [near, far]) {
      open.add(socket)
      socket.on('error', () => {}).once('close', () => open.delete(socket))
    }
    near.pipe(far)
    far.pipe(near)
  })
  relay.listen({ host: '127.0.0.1', port: 0 })
  await once(relay, 'listening')
  return {
    address: joinAddress('127.0.0.1', (relay.address() as AddressInfo).port),
    stop() {
      relay.close()
      for (const socket of open) socket.destroy()
    },
  }
}
