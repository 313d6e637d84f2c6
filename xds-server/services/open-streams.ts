// The open streams of a server: counted against its limits, and ended when their connection is old, when the server closes, or when
// an operator ends those of one node.

import { status as grpcStatus, type ServerDuplexStream } from '@grpc/grpc-js'
import { connectionOf } from '../../core/aging-connections.ts'
import { startReadingDeadline } from '../../core/reading-deadline.ts'
import type { Serving } from '../cache/serving.ts'
import { hostOf } from '../nodes/clients.ts'
import type { EndReason } from '../nodes/events.ts'
import { type NameLoad, NO_LOAD } from '../streams/name-load.ts'
import { BadRequest } from './check-request.ts'
import type { Limits } from './limits.ts'

/** How a stream ends on the server's initiative. */
export interface Closeable {
  /** Whether every response is answered. An unanswered response would be sent again on the next stream. */
  readonly isSettled: () => boolean
  /** Ends it with the status OK: the client opens another one at once, and logs no error. */
  readonly end: (reason: EndReason) => void
  /** Lets pushes wait from now on, so that it gets settled. */
  readonly holdPushes?: () => void
}

interface NodeAccount {
  readonly streams: Set<OpenStream>
  names: number
  bytes: number
}

export class OpenStreams {
  readonly limits: Limits
  readonly #events: Serving['events']
  readonly #patienceMs: number
  readonly #open = new Set<OpenStream>()
  readonly #byPeer = new Map<string, number>()
  readonly #byNode = new Map<string, NodeAccount>()
  readonly #byConnection = new WeakMap<object, Set<OpenStream>>()
  #isDraining = false

  /** @param patienceMs from the begin of a stream until its first request has arrived as a whole */
  constructor(limits: Limits, events: Serving['events'], patienceMs: number) {
    this.limits = limits
    this.#events = events
    this.#patienceMs = patienceMs
  }

  get count(): number {
    return this.#open.size
  }

  /** Addresses and nodes that have an account: those with open streams. */
  get accounts(): number {
    return this.#byPeer.size + this.#byNode.size
  }

  /** Counts a stream that begins. Undefined: it was rejected, and has ended. */
  enter(
    call: Pick<ServerDuplexStream<unknown, unknown>, 'getPeer' | 'metadata' | 'emit'>,
  ): OpenStream | undefined {
    const host = hostOf(call.getPeer())
    const rejection = this.#rejection(host)
    if (rejection === undefined) {
      const connection = connectionOf(call)
      const stream = new OpenStream(this, host, connection, this.#endUnlessHeard(call))
      this.#open.add(stream)
      this.#byPeer.set(host, (this.#byPeer.get(host) ?? 0) + 1)
      if (connection !== undefined) {
        const siblings = this.#byConnection.get(connection) ?? new Set()
        this.#byConnection.set(connection, siblings.add(stream))
      }
      return stream
    }
    const { code, message } = rejection
    if (code === grpcStatus.RESOURCE_EXHAUSTED)
      this.#events.emit({ kind: 'rejected', peer: call.getPeer(), code, message })
    call.emit('error', { code, details: message })
    return undefined
  }

  #endUnlessHeard(call: Pick<ServerDuplexStream<unknown, unknown>, 'emit'>): () => void {
    const patienceMs = this.#patienceMs
    const details = `no request arrived within ${patienceMs} ms`
    const end = () => call.emit('error', { code: grpcStatus.DEADLINE_EXCEEDED, details })
    return startReadingDeadline(patienceMs, end)
  }

  #rejection(host: string): BadRequest | undefined {
    if (this.#isDraining)
      return new BadRequest('the server shuts down: connect again', grpcStatus.UNAVAILABLE)
    const { streams, streamsOfPeer } = this.limits
    if (this.#open.size >= streams)
      return exhausted(`the server has ${streams} open streams, which is its limit: try again later`)
    if ((this.#byPeer.get(host) ?? 0) < streamsOfPeer) return undefined
    return exhausted(`${host} has ${streamsOfPeer} open streams, which is the limit: close some`)
  }

  /** The account of a node. A stream joins it once it is known whose it is. @throws BadRequest if the node has too many streams */
  joinNode(stream: OpenStream, group: string, node: string): NodeAccount {
    const key = keyOf(group, node)
    const account = this.#byNode.get(key) ?? { streams: new Set(), names: 0, bytes: 0 }
    const { streamsOfNode } = this.limits
    if (account.streams.size >= streamsOfNode) {
      throw exhausted(
        `the node "${node}" has ${streamsOfNode} open streams, which is the limit: give each client an id of its own, or use ADS`,
      )
    }
    account.streams.add(stream)
    this.#byNode.set(key, account)
    return account
  }

  /** Of a stream that has ended. */
  remove(stream: OpenStream, host: string, connection: object | undefined): void {
    if (!this.#open.delete(stream)) return
    const others = (this.#byPeer.get(host) ?? 0) - 1
    if (others > 0) this.#byPeer.set(host, others)
    else this.#byPeer.delete(host)
    if (connection !== undefined) this.#byConnection.get(connection)?.delete(stream)
  }

  forgetNode(group: string, node: string): void {
    this.#byNode.delete(keyOf(group, node))
  }

  /** Ends the streams of a node. @returns how many it had */
  disconnect(group: string, node: string): number {
    const streams = [...(this.#byNode.get(keyOf(group, node))?.streams ?? [])]
    for (const stream of streams) stream.end('disconnected')
    return streams.length
  }

  /** Ends the streams of a connection, each when the client has answered what it was sent. */
  drainConnection(connection: object): void {
    for (const stream of [...(this.#byConnection.get(connection) ?? [])]) stream.endWhenSettled('age')
  }

  /** All streams are about to end with their connections. */
  announceEnd(reason: EndReason): void {
    for (const stream of this.#open) stream.announceEnd(reason)
  }

  /**
   * Ends all streams one after the other, each when the client has answered what it was sent, and lets no new ones begin.
   * @param withinMs in which the last one gets its turn
   * @param paceMs from one to the next, if there is time
   */
  async drain(withinMs: number, paceMs: number): Promise<void> {
    this.#isDraining = true
    const streams = [...this.#open]
    const step = timeBetween(streams.length, withinMs, paceMs)
    const begin = performance.now()
    for (let next = 0; next < streams.length && this.#open.size > 0; ) {
      const due = Math.floor((performance.now() - begin) / step) + 1
      for (const stream of streams.slice(next, due)) stream.endWhenSettled('shutdown')
      next = due
      if (next < streams.length) await new Promise((resolve) => setTimeout(resolve, step))
    }
  }
}

/** Milliseconds from the turn of one stream to that of the next: the pace, or less if the last one would not get its turn. */
export function timeBetween(streams: number, withinMs: number, paceMs: number): number {
  return Math.min(paceMs, withinMs / streams)
}

/** The place of one stream among those of its server. */
export class OpenStream {
  readonly #all: OpenStreams
  readonly #host: string
  readonly #connection: object | undefined
  /** Until the first request. */
  #endDeadline: (() => void) | undefined
  #leaveNode: (() => void) | undefined
  #account: NodeAccount | undefined
  #load: NameLoad = NO_LOAD
  #closeable: Closeable | undefined
  #ending: EndReason | undefined

  constructor(all: OpenStreams, host: string, connection: object | undefined, endDeadline: () => void) {
    this.#all = all
    this.#host = host
    this.#connection = connection
    this.#endDeadline = endDeadline
  }

  get limits(): Limits {
    return this.#all.limits
  }

  /** Without it, the stream ends with its connection only. */
  onEnd(closeable: Closeable): void {
    this.#closeable = closeable
  }

  /** A request has arrived as a whole. */
  heard(): void {
    this.#endDeadline?.()
    this.#endDeadline = undefined
  }

  /** @throws BadRequest if the node has too many streams */
  introduce(group: string, node: string): void {
    const account = this.#all.joinNode(this, group, node)
    this.#account = account
    this.#leaveNode = () => {
      account.streams.delete(this)
      account.names -= this.#load.names
      account.bytes -= this.#load.bytes
      if (account.streams.size === 0) this.#all.forgetNode(group, node)
    }
  }

  /** Counts the names that it has from now on. @throws BadRequest if they are too many */
  count(load: NameLoad): void {
    const { names, nameBytes, namesOfNode, nameBytesOfNode } = this.limits
    const account = this.#account
    if (account !== undefined) {
      account.names += load.names - this.#load.names
      account.bytes += load.bytes - this.#load.bytes
    }
    this.#load = load
    rejectAbove(load.names, names, 'names that this stream subscribes to or reports')
    rejectAbove(load.bytes, nameBytes, 'bytes of names that this stream subscribes to or reports')
    rejectAbove(
      account?.names ?? 0,
      namesOfNode,
      'names that the streams of this node subscribe to or report',
    )
    rejectAbove(
      account?.bytes ?? 0,
      nameBytesOfNode,
      'bytes of names that the streams of this node subscribe to or report',
    )
  }

  end(reason: EndReason): void {
    this.announceEnd(reason)
    this.#closeable?.end(reason)
  }

  /** Why it is about to end. */
  get ending(): EndReason | undefined {
    return this.#ending
  }

  announceEnd(reason: EndReason): void {
    this.#ending ??= reason
  }

  endWhenSettled(reason: EndReason): void {
    this.announceEnd(reason)
    this.answered()
    this.#closeable?.holdPushes?.()
  }

  /** The client has answered something. */
  answered(): void {
    if (this.#ending !== undefined && this.#closeable?.isSettled()) this.#closeable.end(this.#ending)
  }

  /** The stream has ended, however it did. */
  leave(): void {
    this.heard()
    this.#closeable = undefined
    this.#leaveNode?.()
    this.#leaveNode = undefined
    this.#all.remove(this, this.#host, this.#connection)
  }
}

function rejectAbove(number: number, limit: number, of: string): void {
  if (number > limit)
    throw exhausted(`the limit is ${limit} ${of}, and there are ${number}: subscribe to fewer, or to "*"`)
}

function exhausted(message: string): BadRequest {
  return new BadRequest(message, grpcStatus.RESOURCE_EXHAUSTED)
}

function keyOf(group: string, node: string): string {
  return JSON.stringify([group, node])
}
