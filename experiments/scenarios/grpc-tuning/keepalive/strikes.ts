// How many pings without a pause each server takes before it ends the connection, and pings at a rate that it allows.

import { join } from 'node:path'
import { facts } from '../../../../harness/facts.ts'
import { NEEDS_ENVOY, NEEDS_GO, NEEDS_JAVA, NEEDS_NGINX, NEEDS_PYTHON } from '../../../../harness/needs.ts'
import type { Measured } from '../../../../harness/results.ts'
import type { Need, RunContext } from '../../../../harness/scenario.ts'
import type { GrpcLanguage } from '../../../../testbed/grpc-programs/grpc-program.ts'
import { startGrpcServer } from '../../../../testbed/grpc-server-process.ts'
import { errorName } from '../../../../testbed/http2/frame-types.ts'
import { startTap } from '../../../../testbed/http2/tap.ts'
import { startNginx } from '../../../../testbed/proxies/nginx.ts'
import { startGaugedServer } from '../gauged-server/start-gauged-server.ts'
import { startTunedEnvoys } from '../tuned-envoys.ts'
import { type PingSteps, stepsOf } from './ping-steps.ts'
import { type PingOptions, sendPings } from './pinger.ts'

export interface PingedServer {
  readonly id: string
  readonly title: string
  readonly needs?: readonly Need[]
  /** Whether it counts pings; then with which option one allows more of them. */
  readonly allowedBy?: string
  readonly start: (context: RunContext, minPingIntervalMs?: number) => Promise<string>
}

const program =
  (language: GrpcLanguage): PingedServer['start'] =>
  async ({ group, folder }, minPingIntervalMs) => {
    const flags = { ...(minPingIntervalMs !== undefined && { minPingIntervalMs }) }
    const name = `${language}-${minPingIntervalMs ?? 'default'}`
    const listen = '127.0.0.1:0'
    return (await startGrpcServer(group, folder, { name, language, listen, ...flags })).listening
  }

const gauged = async ({ group }: RunContext) => (await startGaugedServer(group)).addresses[0]

// biome-ignore format: a line for each server
export const PINGED_SERVERS: readonly PingedServer[] = [
  { id: 'go', title: 'gRPC for Go', needs: [NEEDS_GO], start: program('go'), allowedBy: '`keepalive.EnforcementPolicy`' },
  { id: 'python', title: 'gRPC for Python (C-core)', needs: [NEEDS_PYTHON], start: program('python'), allowedBy: '`grpc.http2.min_ping_interval_without_data_ms`, `grpc.http2.max_ping_strikes`' },
  { id: 'java', title: 'gRPC for Java', needs: [NEEDS_JAVA], start: program('java'), allowedBy: '`permitKeepAliveTime`, `permitKeepAliveWithoutCalls`' },
  { id: 'grpc-js', title: 'grpc-js', start: gauged },
  { id: 'envoy', title: 'Envoy', needs: [NEEDS_ENVOY], start: beginEnvoy },
  { id: 'nginx', title: 'NGINX', needs: [NEEDS_NGINX], start: beginNginx },
]

async function beginEnvoy(context: RunContext): Promise<string> {
  const { envoy } = await context.shared('keepalive: envoy', async (shared) => {
    const { addresses } = await startGaugedServer(shared.group)
    return await startTunedEnvoys(shared, 'keepalive', { envoy: { backend: addresses[0] } })
  })
  return envoy.target
}

async function beginNginx(context: RunContext): Promise<string> {
  const backends = [{ id: 'server', address: await gauged(context) }]
  const folder = join(context.folder, 'nginx')
  return (await startNginx(context.group, folder, { backends, keepAlive: 1 })).address
}

export const strikesId = ({ id }: PingedServer): string => `keepalive.pings.${id}`

/** Pings of each client. */
export const PINGS = 30
/** The interval that a server is set to allow, and the longer pause of a client that keeps to it. */
export const ALLOWED = { minMs: 1, pauseMs: 5 }

export type Rate = 'busy' | 'idle' | 'allowed'

export const answeredFigure = (rate: Rate): string => `pings answered, ${rate}`
export const goAwayText = (rate: Rate): string => `GOAWAY, ${rate}`
export const STEPS = 'steps'

export async function measureStrikes(context: RunContext, server: PingedServer): Promise<Measured> {
  const address = await server.start(context)
  const quick = { pings: PINGS, pauseMs: 0 }
  const busy = await pinged({ address, ...quick, withCall: true })
  const idle = await pinged({ address, ...quick, withCall: false })
  const found: Partial<Record<Rate, Pinged>> = { busy, idle }
  if (server.allowedBy !== undefined) {
    const allowing = await server.start(context, ALLOWED.minMs)
    const { pauseMs } = ALLOWED
    found.allowed = await pinged({ address: allowing, pings: PINGS, pauseMs, withCall: true })
  }
  const rates = Object.entries(found) as readonly (readonly [Rate, Pinged])[]
  return facts({
    figures: Object.fromEntries(rates.map(([rate, { answered }]) => [answeredFigure(rate), answered])),
    texts: {
      ...Object.fromEntries(rates.map(([rate, { goAway }]) => [goAwayText(rate), goAway])),
      [STEPS]: JSON.stringify(busy.steps),
    },
  })
}

interface Pinged {
  readonly answered: number
  /** Its error and debug data, or `none`. */
  readonly goAway: string
  readonly steps: PingSteps
}

async function pinged(options: PingOptions): Promise<Pinged> {
  const tap = await startTap({ to: options.address })
  const { answered, goAway } = await sendPings({ ...options, address: tap.address })
  await tap.stop()
  const [connection] = tap.connections()
  return {
    answered,
    goAway: goAway === undefined ? NONE : `${errorName(goAway.code)}, "${goAway.text}"`,
    steps: stepsOf(connection?.frames ?? []),
  }
}

export const NONE = 'none'
export const TOO_MANY = 'ENHANCE_YOUR_CALM, "too_many_pings"'
