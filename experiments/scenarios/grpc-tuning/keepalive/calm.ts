// grpc-js with a keepalive that the server finds too frequent: which calls it costs, and what the client does until it is left in peace.

import { EchoService } from '@envoy/xds-protos/switchyard/echo/v1/echo_pb.js'
import { setLogger, status } from '@grpc/grpc-js'
import { facts } from '../../../../harness/facts.ts'
import type { Measured } from '../../../../harness/results.ts'
import type { RunContext } from '../../../../harness/scenario.ts'
import { createClient, RpcStatusError } from '../../../../services/rpc/index.ts'
import { startGrpcServer } from '../../../../testbed/grpc-server-process.ts'
import { frameOf } from '../../../../testbed/http2/frame-types.ts'
import { FrameWatch } from '../../../../testbed/http2/frame-watch.ts'
import { startTap, type TappedConnection } from '../../../../testbed/http2/tap.ts'
import { type PingSteps, stepsOf } from './ping-steps.ts'

/** What the server in Go allows. */
export const MIN_PING_MS = 300

/** Keepalive times of the client. */
export const CALM_TIMES = { often: 100, allowed: 400 } as const
export type CalmName = keyof typeof CALM_TIMES
export const calmId = (name: CalmName): string => `keepalive.calm.${name}`

/** A connection with this many pings is left in peace: a server that counted them would have ended it. */
const ENOUGH_PINGS = 5
/** In case that the client does not slow down. */
const MOST_CALLS = 10
/** Of a call that waits at the server for all that happens. */
const LONG_CALL = { delay: { seconds: 60n, nanos: 0 } }

export const CALM_FIGURES = {
  connections: 'connections',
  lost: 'calls lost',
  goAways: 'GOAWAYs with too_many_pings',
} as const
export const CALM_TEXTS = { connections: 'connections', says: 'what grpc-js says' } as const

/** In the order of the connections. */
export interface CalmConnection {
  readonly pings: number
  /** The shortest time between two pings, in milliseconds. */
  readonly leastPauseMs?: number
  readonly goAway?: string
  /** What became of the call on it; undefined for the one that was ended by us. */
  readonly call?: string
  readonly steps: PingSteps
}

export async function measureCalm(context: RunContext, name: CalmName): Promise<Measured> {
  const { group, folder } = context
  const server = await startGrpcServer(group, folder, {
    ...{ language: 'go', name: 'enforcing', listen: '127.0.0.1:0', minPingIntervalMs: MIN_PING_MS },
  })
  const watch = new FrameWatch()
  const tap = await startTap({ to: server.listening, onFrame: watch.onFrame })
  const client = createClient(EchoService, tap.address, {
    options: {
      'grpc.use_local_subchannel_pool': 1,
      'grpc.keepalive_time_ms': CALM_TIMES[name],
      // Not what ends a connection here, however busy the machine is.
      'grpc.keepalive_timeout_ms': 60_000,
      'grpc.initial_reconnect_backoff_ms': 100,
    },
  })
  const log = takeLog()
  const ends: string[] = []
  try {
    for (let calls = 0; calls < MOST_CALLS; calls += 1) {
      const ending = new AbortController()
      const call = client.unary(LONG_CALL, { signal: ending.signal, deadline: Date.now() + 60_000 })
      const ended = call.then(() => 'OK', describe)
      const how = await Promise.race([ended, leftInPeace(watch)])
      if (how !== undefined) {
        ends.push(how)
        continue
      }
      ending.abort()
      await ended
      break
    }
  } finally {
    client.close()
    log.restore()
    await tap.stop()
  }
  const connections = tap.connections().map((one, at) => connectionOf(one, ends[at]))
  return facts({
    ...{ calls: ends.length, codes: codesOf(ends) },
    figures: {
      [CALM_FIGURES.connections]: connections.length,
      [CALM_FIGURES.lost]: ends.length,
      [CALM_FIGURES.goAways]: connections.filter(({ goAway }) => goAway?.includes('too_many_pings')).length,
    },
    texts: { [CALM_TEXTS.connections]: JSON.stringify(connections), [CALM_TEXTS.says]: log.lines.join('\n') },
  })
}

/** Resolves with nothing after enough answered pings from now on. */
async function leftInPeace(watch: FrameWatch): Promise<undefined> {
  for (let pings = 0; pings < ENOUGH_PINGS; pings += 1) {
    await watch.next(({ frame, from }) => from === 'server' && frameOf(frame, 'PING')?.ack === true)
  }
}

function connectionOf({ frames }: TappedConnection, call: string | undefined): CalmConnection {
  const steps = stepsOf(frames)
  const pings = steps.filter(({ label, from }) => label === 'PING' && from === 'client')
  const pauses = pings.slice(1).map(({ atMs }, at) => atMs - (pings[at]?.atMs ?? 0))
  const goAway = steps.find(({ label, from }) => from === 'server' && label.startsWith('GOAWAY'))
  return {
    ...{ pings: pings.length, steps },
    ...(pauses.length > 0 && { leastPauseMs: Math.min(...pauses) }),
    ...(goAway && { goAway: goAway.label }),
    ...(call !== undefined && { call }),
  }
}

function describe(error: unknown): string {
  const { code, message } = RpcStatusError.from(error)
  return `${status[code]}: ${message}`
}

function codesOf(ends: readonly string[]): Record<string, number> {
  const codes: Record<string, number> = {}
  for (const end of ends) {
    const [code = ''] = end.split(':')
    codes[code] = (codes[code] ?? 0) + 1
  }
  return codes
}

/** What grpc-js logs goes to the run instead of standard error. */
function takeLog() {
  const lines: string[] = []
  setLogger({ error: (line: string) => void lines.push(line) })
  return { lines, restore: () => setLogger(console) }
}
