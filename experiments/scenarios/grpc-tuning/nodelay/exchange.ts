// Requests in two small parts over plain TCP, with Nagle's algorithm and without it, on loopback and over a link.

import { facts } from '../../../../harness/facts.ts'
import type { ProfileName } from '../../../../harness/profile.ts'
import type { Measured } from '../../../../harness/results.ts'
import type { RunContext } from '../../../../harness/scenario.ts'
import type { ProcessStarter } from '../../../../processes/process-group.ts'
import { createLink } from '../../../../testbed/link/create-link.ts'
import { encodeLatencies } from '../../../../testbed/measure/histogram.ts'
import { parseReady, sourceFile } from '../../../../testbed/part.ts'
import { readSockets } from './read-sockets.ts'

export interface ExchangeServerFlags {
  readonly host: string
}

export interface ExchangeClientFlags {
  readonly host: string
  readonly port: number
  readonly noDelay: boolean
  readonly exchanges: number
}

export const EXCHANGES: Readonly<Record<ProfileName, number>> = { quick: 30, standard: 100, full: 500 }
export const EXCHANGE_LINK = { rttMs: 20, mbitPerSecond: 100 }

export interface Exchange {
  readonly noDelay: boolean
  readonly over: 'loopback' | 'link'
}

export const exchangeId = ({ noDelay, over }: Exchange): string =>
  `nodelay.exchange.${over}.${noDelay ? 'nodelay' : 'nagle'}`

/** The least time that Linux delays an acknowledgement, in milliseconds, less what a timer may be early. */
export const DELAYED_MS = 38

export const EXCHANGE_FIGURES = {
  delayed: 'exchanges that waited for a delayed acknowledgement',
  least: 'fastest exchange (ms)',
  nodelay: 'TCP_NODELAY of the client',
} as const

export async function measureExchange(context: RunContext, exchange: Exchange): Promise<Measured> {
  const { group, profile } = context
  const link = exchange.over === 'link' ? await createLink(group, EXCHANGE_LINK) : undefined
  const at = (side: 'near' | 'far'): ProcessStarter => link?.[side].namespace.starterIn(group) ?? group
  const host = link?.far.ip ?? '127.0.0.1'
  const program = sourceFile('experiments/scenarios/grpc-tuning/nodelay/exchange-main.ts')
  const serverFlags: ExchangeServerFlags = { host }
  const server = at('far').start({
    ...{ name: 'TCP server', command: process.execPath, args: [program, JSON.stringify(serverFlags)] },
    ready: (line) => parseReady<{ readonly port: number }>(line, 'port'),
  })
  const { port } = await server.ready
  const exchanges = EXCHANGES[profile.name]
  const clientFlags: ExchangeClientFlags = { host, port, noDelay: exchange.noDelay, exchanges }
  const client = at('near').start({
    ...{ name: 'TCP client', command: process.execPath, args: [program, JSON.stringify(clientFlags)] },
    ready: (line) =>
      parseReady<{ readonly latenciesUs: readonly number[]; readonly pid: number }>(line, 'latenciesUs'),
  })
  const { latenciesUs, pid } = await client.ready
  const [socket] = readSockets(pid, port)
  const ms = latenciesUs.map((us) => us / 1_000)
  const longest = DELAYED_MS + (link ? EXCHANGE_LINK.rttMs : 0)
  return facts({
    ...{ calls: exchanges, codes: { OK: exchanges } },
    histograms: { service: encodeLatencies(latenciesUs) },
    figures: {
      [EXCHANGE_FIGURES.delayed]: ms.filter((one) => one >= longest).length,
      [EXCHANGE_FIGURES.least]: Math.min(...ms),
      ...(socket && { [EXCHANGE_FIGURES.nodelay]: Number(socket.nodelay) }),
    },
  })
}
