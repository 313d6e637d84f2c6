// Ways to call servers far away that fail or are slow: with one attempt, or with more, by the client or by the Envoy beside it.

import { join } from 'node:path'
import type { Measured } from '../../../../harness/results.ts'
import type { RunContext } from '../../../../harness/scenario.ts'
import {
  type FarServers,
  openLoad,
  ROUND_ROBIN,
  startFarServers,
} from '../../../../testbed/sidecars/start-far-servers.ts'
import { startSidecarPlane } from '../../../../testbed/sidecars/start-plane.ts'
import type { Transport } from '../../../../testbed/transports/transport.ts'
import { measureInTurns, type Way } from '../turns/in-turns.ts'
import { INTERNET_TURNS, internetTransport, LOSS_PERCENT, NEAR_MS } from './extent.ts'

/** By the servers' own counts. */
export const ATTEMPTS = 'attempts at the servers'

export const ATTEMPT_WAYS = {
  client: { title: 'gRPC client, one attempt', on: false, by: 'client' },
  'client-more': { title: 'gRPC client, more attempts', on: true, by: 'client' },
  envoy: { title: 'Envoy, one attempt', on: false, by: 'envoy' },
  'envoy-more': { title: 'Envoy, more attempts', on: true, by: 'envoy' },
} as const

export type AttemptWay = keyof typeof ATTEMPT_WAYS
export const ATTEMPT_WAY_IDS = Object.keys(ATTEMPT_WAYS) as readonly AttemptWay[]
/** The same way with one attempt. */
export const twinOf = (way: AttemptWay): AttemptWay => ATTEMPT_WAYS[way].by

export const RETRIES_RUN = 'internet.retries'
export const hedgingRun = (kind: HedgingKind): string => `internet.hedging.${kind}`

export const FAIL_PERCENT = 20
const CALLS_PER_SECOND = 100
const MOST_RETRIES = 3
/** Ten round trips. */
export const SLOW_MS = 200
/** Two and a half round trips: a call that is not held up is answered by then. */
export const HEDGE_DELAY_MS = 50

/** One server that fails some calls, over a link that loses packets. */
export async function measureRetries(context: RunContext): Promise<Measured> {
  const far = await startServers(context, internetTransport(NEAR_MS, LOSS_PERCENT), 1)
  await far.servers[0]?.behave({ latencyMs: 0, failPercent: FAIL_PERCENT })
  const retryPolicy = {
    maxAttempts: 1 + MOST_RETRIES,
    ...{ initialBackoff: '0.025s', maxBackoff: '0.25s', backoffMultiplier: 2 },
    retryableStatusCodes: ['UNAVAILABLE'],
  }
  const on = { retry: { enabled: true, attempts: MOST_RETRIES, on: ['unavailable', 'refused-stream'] } }
  return await measureWays(context, far, { client: { retryPolicy }, on, off: { retry: { enabled: false } } })
}

/** - `slow`: one of two servers is slow - `loss`: both are well, and the link loses packets */
export const HEDGING_KINDS = ['slow', 'loss'] as const
export type HedgingKind = (typeof HEDGING_KINDS)[number]

export async function measureHedging(context: RunContext, kind: HedgingKind): Promise<Measured> {
  const far = await startServers(context, hedgingTransport(kind), 2)
  if (kind === 'slow') await far.servers[1]?.behave({ latencyMs: SLOW_MS, failPercent: 0 })
  const hedgingPolicy = {
    maxAttempts: 2,
    hedgingDelay: `${HEDGE_DELAY_MS / 1_000}s`,
    nonFatalStatusCodes: [],
  }
  const on = {
    retry: { enabled: true, attempts: 1, on: ['refused-stream'] },
    hedging: { enabled: true, delay: `${HEDGE_DELAY_MS}ms` },
  }
  return await measureWays(context, far, {
    client: { hedgingPolicy },
    on,
    off: { retry: { enabled: false }, hedging: null },
  })
}

export const hedgingTransport = (kind: HedgingKind) =>
  internetTransport(NEAR_MS, kind === 'loss' ? LOSS_PERCENT : 0)

async function startServers(
  { shared, group, folder }: RunContext,
  transport: Transport,
  count: number,
): Promise<FarServers> {
  const plane = await shared('sidecar plane', (context) => startSidecarPlane(context.group))
  const laid = await transport.lay(group, join(plane.folder, transport.id))
  return await startFarServers(plane, laid, { folder, count })
}

interface Policies {
  /** Of the client's service config. */
  readonly client: object
  /** Fields of Envoy's rule. */
  readonly on: object
  readonly off: object
}

async function measureWays(context: RunContext, far: FarServers, policies: Policies): Promise<Measured> {
  return await measureInTurns(context, {
    loader: far.loader,
    processes: [{ role: 'proxy', name: far.envoy.nodeId, pid: far.envoy.pid }],
    turns: INTERNET_TURNS[context.profile.name],
    ways: ATTEMPT_WAY_IDS.map((id) => wayOf(id, far, policies)),
  })
}

function wayOf(id: AttemptWay, far: FarServers, { client, on, off }: Policies): Way {
  const way = ATTEMPT_WAYS[id]
  const counters = async () => ({ [ATTEMPTS]: await far.attempts() })
  if (way.by === 'envoy') {
    const prepare = () => far.setRule(way.on ? on : off)
    return { id, plan: openLoad(far.byEnvoy, CALLS_PER_SECOND), prepare, counters }
  }
  const config = { ...ROUND_ROBIN, ...(way.on && { methodConfig: [{ name: [{}], ...client }] }) }
  return { id, plan: openLoad(far.direct, CALLS_PER_SECOND, config), counters }
}
