// Keepalive: a peer that is dead without having closed its connection is noticed, and a client that pings too often is stopped.

import { once } from 'node:events'
import { connect, constants } from 'node:http2'
import { setTimeout } from 'node:timers/promises'
import { type ClientOptions, Metadata, type StatusObject, status } from '@grpc/grpc-js'
import { openRelay } from './counting-relay.ts'
import { connectEcho, type Print, serveEcho } from './echo.ts'

/** Far shorter than in practice, so that the example ends soon: a client pings after 10 s or more there. */
const PING_AFTER_MS = 200
const ANSWER_WITHIN_MS = 200
/** What a client without keepalive waits for here; it would wait for many minutes. */
const PATIENCE_MS = 1_500

const KEEPALIVE = { 'grpc.keepalive_time_ms': PING_AFTER_MS, 'grpc.keepalive_timeout_ms': ANSWER_WITHIN_MS }

export interface DeadPeerSeen {
  /** How the call ended; undefined: it had not ended when the example lost its patience. */
  readonly status: string | undefined
  readonly details: string
  /** Milliseconds since the peer went silent. */
  readonly ms: number
}

export interface KeepaliveSeen {
  readonly withPings: DeadPeerSeen
  readonly without: DeadPeerSeen
  readonly pings: PingsSeen
}

export async function showKeepalive(print: Print): Promise<KeepaliveSeen> {
  const withPings = await loseServer(KEEPALIVE)
  print(
    `a silent peer, with keepalive: ${withPings.status} after ${withPings.ms.toFixed(0)} ms, ${withPings.details}`,
  )
  const without = await loseServer({})
  print(`a silent peer, without: ${without.status ?? 'nothing noticed'} after ${without.ms.toFixed(0)} ms`)
  const server = await serveEcho({})
  const pings = await pingOften(server.address)
  server.close()
  print(`a server of grpc-js: ${describePings(pings)}`)
  return { withPings, without, pings }
}

/** A stream is open when the network between client and server goes silent. */
async function loseServer(options: ClientOptions): Promise<DeadPeerSeen> {
  const server = await serveEcho({ serverStream: (call) => call.write({ message: 'first' }) })
  const relay = await openRelay(server.address)
  const client = connectEcho(relay.address, options)
  try {
    const call = client.serverStream({}, new Metadata(), {})
    const ended = new Promise<StatusObject>((resolve) => call.on('status', resolve))
    call.on('error', () => {})
    await once(call, 'data')
    relay.goSilent()
    const begin = performance.now()
    const end = await Promise.race([ended, setTimeout(PATIENCE_MS, undefined)])
    const ms = performance.now() - begin
    return { status: end && status[end.code], details: end?.details ?? '', ms }
  } finally {
    client.close()
    relay.close()
    server.close()
  }
}

const PING_EVERY_MS = 10
const MOST_PINGS = 40

export interface PingsSeen {
  /** Pings that were answered. */
  readonly answered: number
  /** Undefined: the server took all of them. */
  readonly goAway?: { readonly code: string; readonly data: string }
}

/** Pings a server every 10 ms without any call, which no client should do, until it sends GOAWAY or has answered 40. */
export async function pingOften(address: string): Promise<PingsSeen> {
  const session = connect(`http://${address}`)
  session.on('error', () => {})
  let goAway: PingsSeen['goAway']
  session.on('goaway', (code, _lastStream, data) => {
    goAway = { code: nameOf(code), data: data?.toString() ?? '' }
  })
  const closed = once(session, 'close')
  await once(session, 'connect')
  let answered = 0
  while (answered < MOST_PINGS && goAway === undefined && !session.destroyed) {
    const pong = new Promise<boolean>((resolve) => session.ping((error) => resolve(error === null)))
    const isAnswered = await Promise.race([pong, closed.then(() => false)])
    if (isAnswered) answered += 1
    await setTimeout(PING_EVERY_MS)
  }
  session.destroy()
  return { answered, ...(goAway && { goAway }) }
}

export const describePings = ({ answered, goAway }: PingsSeen): string =>
  goAway === undefined
    ? `${answered} pings answered, and no complaint`
    : `GOAWAY ${goAway.code} "${goAway.data}" after ${answered} answered pings`

/** Such as `ENHANCE_YOUR_CALM`. */
function nameOf(code: number): string {
  const found = Object.entries(constants).find(([name, value]) => ERRORS.test(name) && value === code)
  return found?.[0].replace(ERRORS, '') ?? String(code)
}
/** nghttp2 numbers other things too. */
const ERRORS =
  /^NGHTTP2_(?=(NO_ERROR|PROTOCOL_ERROR|INTERNAL_ERROR|ENHANCE_YOUR_CALM|CANCEL|FLOW_CONTROL_ERROR)$)/
