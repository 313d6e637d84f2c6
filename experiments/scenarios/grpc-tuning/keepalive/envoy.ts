// Envoys with a keepalive towards a server that stands still, and towards a client that does, and Envoys without.

import { setTimeout } from 'node:timers/promises'
import { EchoService } from '@envoy/xds-protos/switchyard/echo/v1/echo_pb.js'
import { status } from '@grpc/grpc-js'
import { facts } from '../../../../harness/facts.ts'
import type { Measured } from '../../../../harness/results.ts'
import type { RunContext } from '../../../../harness/scenario.ts'
import { createClient, RpcStatusError } from '../../../../services/rpc/index.ts'
import { startGaugedServer } from '../gauged-server/start-gauged-server.ts'
import { startTunedEnvoys } from '../tuned-envoys.ts'
import { howText, noticedFigure, WATCHED_MS } from './silence.ts'
import type { Keepalive } from './variants.ts'
import { startWatcher } from './watcher/start-watcher.ts'

export const ENVOY = 'keepalive.silent.envoy'
export const ENVOY_KEEPALIVE: Keepalive = { timeMs: 200, timeoutMs: 600 }

/** The peer that stands still, and whether the Envoy before or behind it has a keepalive towards it. */
export const ENVOY_CASES = ['server', 'server-none', 'client', 'client-none'] as const
export const ENVOY_WATCHED = 'watched (ms)'

const { timeMs, timeoutMs } = ENVOY_KEEPALIVE
const HTTP2 = {
  http2: {
    keepalive: { enabled: true, interval: `${timeMs}ms`, timeout: `${timeoutMs}ms`, jitterPercent: 0 },
  },
}
/** More than there are calls: all of them are held. */
const LATCH = 100
const DEADLINE_MS = 600_000

export async function measureEnvoy(context: RunContext): Promise<Measured> {
  const { group, profile } = context
  const start = () => startGaugedServer(group)
  const [server, plain, behind] = await Promise.all([start(), start(), start()])
  const envoys = await startTunedEnvoys(context, 'keepalive-silent', {
    upstream: { backend: server.addresses[0], upstream: HTTP2 },
    plain: { backend: plain.addresses[0] },
    downstream: { backend: behind.addresses[0], fleet: HTTP2 },
  })
  for (const one of [server, plain, behind]) await one.reset({ latch: LATCH })
  const watched = WATCHED_MS[profile.name]
  const stopped: number[] = []
  const stop = (pid: number) => {
    const at = Date.now()
    process.kill(pid, 'SIGSTOP')
    stopped.push(pid)
    return at
  }
  try {
    // A client stands still: the Envoy with a keepalive towards clients ends its call at the server.
    const watcher = await startWatcher(group, [
      { id: 'downstream', address: envoys.downstream.target, options: {}, use: 'call' },
      { id: 'plain', address: envoys.plain.target, options: {}, use: 'call' },
    ])
    await Promise.all([behind, plain].map((one) => one.until(({ now }) => now === 1)))
    const clientStopped = stop(watcher.pid)
    const [{ cancelled }] = await Promise.all([
      behind.until((counts) => counts.cancelled.length > 0),
      setTimeout(watched),
    ])
    const stillThere = (await plain.counts()).now

    // A server stands still: the Envoy with a keepalive towards servers fails its call.
    const [call, other] = [held(envoys.upstream.target), held(envoys.plain.target)]
    await Promise.all([server.until(({ now }) => now === 1), plain.until(({ now }) => now === 2)])
    const serverStopped = stop(server.pid)
    stop(plain.pid)
    const [ended] = await Promise.all([call.ended, setTimeout(watched)])
    const waiting = other.isWaiting()
    for (const one of [call, other]) one.close()
    return facts({
      figures: {
        [ENVOY_WATCHED]: watched,
        [noticedFigure('client')]: (cancelled[0] ?? Number.NaN) - clientStopped,
        [noticedFigure('server')]: ended.at - serverStopped,
      },
      texts: {
        [howText('client')]: 'the call is cancelled at the server',
        [howText('server')]: ended.how,
        [howText('client-none')]: stillThere === 1 ? STILL : 'the call has ended',
        [howText('server-none')]: waiting ? STILL : 'the call has ended',
      },
    })
  } finally {
    for (const pid of stopped) process.kill(pid, 'SIGCONT')
  }
}

export const STILL = 'the call still waits'

/** A call through an Envoy that the server holds. */
function held(target: string) {
  const client = createClient(EchoService, target, { options: { 'grpc.use_local_subchannel_pool': 1 } })
  let waiting = true
  const ended = client.unary({}, { deadline: Date.now() + DEADLINE_MS }).then(
    () => ({ at: Date.now(), how: 'OK' }),
    (error) => {
      const { code, message } = RpcStatusError.from(error)
      return { at: Date.now(), how: `${status[code]}: ${message}` }
    },
  )
  void ended.then(() => {
    waiting = false
  })
  return { ended, isWaiting: () => waiting, close: () => client.close() }
}
