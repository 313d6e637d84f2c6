// What the report shows of services: shares of two servers, and what to choose.

import type { Section } from '../../../../harness/report/section.ts'
import type { Measured, Results } from '../../../../harness/results.ts'
import { roundsOf } from '../../../../harness/statistics/rounds.ts'
import { callsTo, figureOver } from '../turns/turn-results.ts'
import { sharesByTurn } from './checks.ts'
import { peersOf } from './measure.ts'
import { EXPOSED, EXPOSED_IDS, peersRun, SERVERS, SERVICE_WAY_IDS, SERVICE_WAYS, SHARES_RUN } from './ways.ts'

export function sectionsOf(results: Results): readonly Section[] {
  const rounds = roundsOf(results, SHARES_RUN)
  const peers = EXPOSED_IDS.flatMap((id) =>
    roundsOf(results, peersRun(id)).map((measured) => ({ id, measured })),
  )
  return [
    ...(rounds.length === 0 ? [] : [advice(rounds), shares(rounds), turns(rounds)]),
    ...(peers.length === 0
      ? []
      : [
          {
            kind: 'table' as const,
            title: 'Whom the server sees',
            says: 'NodePort rewrites the source so that answers come back through the node that was called (externalTrafficPolicy: Cluster). Rules about client addresses need a way that keeps them.',
            columns: [
              { title: 'service' },
              { title: 'client' },
              { title: 'address that the server sees' },
              { title: 'whose it is' },
            ],
            rows: peers.map(({ id, measured }) => [
              EXPOSED[id].title,
              EXPOSED[id].client,
              peersOf(measured).join(', '),
              EXPOSED[id].by,
            ]),
          },
        ]),
  ]
}

/** The larger share of each turn, in percent. */
const largestShares = (rounds: readonly Measured[], way: string) =>
  rounds.flatMap((measured) =>
    sharesByTurn(measured, way).map(
      (turn) => (100 * Math.max(...turn)) / turn.reduce((sum, one) => sum + one, 0),
    ),
  )

function advice(rounds: readonly Measured[]): Section {
  const text = (way: keyof typeof SERVICE_WAYS) => {
    const largest = largestShares(rounds, way)
    const [low, high] = [Math.min(...largest), Math.max(...largest)].map((share) => share.toFixed(0))
    return `${low === high ? low : `${low} to ${high}`} %`
  }
  return {
    kind: 'text',
    title: 'Which service for gRPC?',
    paragraphs: [
      `**Within a cluster, take a headless service with round_robin in the client, or a proxy that balances calls**: over one channel, the busier of two servers got ${text('headless-round-robin-1')} of the calls. With pick_first, which is the default of gRPC, it got ${text('headless-pick-first-4')}.`,
      `**Through a service address (ClusterIP, NodePort, LoadBalancer) open several connections, and let them end now and then**: the kernel draws a server for each connection and never again. The busier server got ${text('address-1')} of the calls of one connection, and ${text('address-4')} of those of four, by turn. In one case of eight, chance puts all of four connections on the same one of two servers.`,
    ],
  }
}

function shares(rounds: readonly Measured[]): Section {
  return {
    kind: 'shares',
    title: 'Calls by server',
    says: 'All turns together. Each turn has new connections, so that even shares here do not mean that any turn was even: see the table.',
    lines: SERVICE_WAY_IDS.map((way) => ({
      label: SERVICE_WAYS[way].title,
      shares: Object.fromEntries(
        SERVERS.map((server) => [server, figureOver(rounds, way, callsTo(server)) || 0]),
      ),
    })),
  }
}

function turns(rounds: readonly Measured[]): Section {
  return {
    kind: 'table',
    title: 'The share of the busier server, turn by turn',
    columns: [
      { title: 'way' },
      { title: 'least', unit: '%', decimals: 0 },
      { title: 'most', unit: '%', decimals: 0 },
      { title: 'by turn' },
    ],
    rows: SERVICE_WAY_IDS.map((way) => {
      const largest = largestShares(rounds, way)
      const byTurn = largest.map((share) => share.toFixed(0)).join(', ')
      return [SERVICE_WAYS[way].title, Math.min(...largest), Math.max(...largest), byTurn]
    }),
  }
}
