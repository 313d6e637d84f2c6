// The same gRPC calls over many connections and over few: what the server counts, and how long it takes.

import { facts } from '../../../../harness/facts.ts'
import type { Measured } from '../../../../harness/results.ts'
import type { RunContext } from '../../../../harness/scenario.ts'
import { linkedPeers, loopbackPeers } from '../linked-peers.ts'
import type { Peers } from '../peers/start-peers.ts'
import { portOf, type Way } from '../peers/ways.ts'
import type { LinkedCase, Security } from './extent.ts'

export const REQUEST_BYTES = 50
export const RESPONSE_BYTES = 100

export const REUSE_LINK = { rttMs: 50, mbitPerSecond: 50 }

export const FIGURES = {
  calls: 'calls',
  connections: 'connections',
  handshakes: 'TLS handshakes',
  resumed: 'TLS handshakes resumed',
  bytesIn: 'bytes to the server',
  bytesOut: 'bytes to the client',
  ms: 'all calls (ms)',
  packets: 'packets',
  wireBytes: 'bytes with the headers of IP and TCP',
} as const

export async function measureReuse(
  context: RunContext,
  security: Security,
  calls: number,
  connections: number,
): Promise<Measured> {
  const peers = await loopbackPeers(context)
  return await measureCalls(peers, 'grpc', security, calls, connections)
}

export async function measureLinkedReuse(
  context: RunContext,
  { client, security, kind }: LinkedCase,
  calls: number,
): Promise<Measured> {
  const { link, peers } = await linkedPeers(context, REUSE_LINK)
  const measured = await measureCalls(peers, client, security, calls, kind === 'new' ? calls : 1)
  const counts = Object.values(await link.counts())
  const sum = (of: 'packets' | 'bytes') => counts.reduce((total, one) => total + one[of], 0)
  const figures = {
    ...measured.figures,
    [FIGURES.packets]: sum('packets'),
    [FIGURES.wireBytes]: sum('bytes'),
  }
  return { ...measured, figures }
}

async function measureCalls(
  peers: Peers,
  way: Way,
  security: Security,
  calls: number,
  connections: number,
): Promise<Measured> {
  const tls = security === 'tls'
  const port = portOf(way, tls)
  const before = (await peers.counts())[port]
  const { ms } = await peers.run('many', {
    caller: peers.caller(way, { connections, tls }),
    ...{ calls, requestBytes: REQUEST_BYTES, responseBytes: RESPONSE_BYTES },
  })
  const after = (await peers.counts())[port]
  const since = (of: keyof typeof after) => after[of] - before[of]
  return facts({
    seconds: ms / 1_000,
    calls,
    codes: { OK: calls },
    figures: {
      [FIGURES.calls]: calls,
      [FIGURES.connections]: since('connections'),
      [FIGURES.handshakes]: since('handshakes'),
      [FIGURES.resumed]: since('resumed'),
      [FIGURES.bytesIn]: since('bytesIn'),
      [FIGURES.bytesOut]: since('bytesOut'),
      [FIGURES.ms]: ms,
    },
  })
}
