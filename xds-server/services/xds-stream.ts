// One open stream: moves bytes between the gRPC stream and the stream machine, and follows backpressure.

import type { Node } from '@envoy/xds-protos/envoy/config/core/v3/base_pb.js'
import { status as grpcStatus, type ServerDuplexStream } from '@grpc/grpc-js'
import { Timer } from '../../core/timer.ts'
import type { Serving } from '../cache/serving.ts'
import type { Watch } from '../cache/watch.ts'
import { clientKindOf, ttlsFor } from '../nodes/client-kind.ts'
import type { EndReason } from '../nodes/events.ts'
import { resourceTypeOf, SECRET } from '../snapshot/resource-type.ts'
import { describeStream } from '../streams/describe.ts'
import { describeResources } from '../streams/describe-resources.ts'
import { expiriesOf, isHeartbeatNonce } from '../streams/heartbeat.ts'
import { type NameLoad, NO_LOAD, reportedLoad, subscribedLoad, sum } from '../streams/name-load.ts'
import type { WireProtocol } from '../streams/protocol.ts'
import {
  createStreamState,
  type Expiry,
  type LookUp,
  type Report,
  type Step,
  type StreamState,
} from '../streams/stream.ts'
import type { Response } from '../type-state/responses.ts'
import { AnswerClock } from './answer-clock.ts'
import { type Authorize, admit } from './authorize.ts'
import { BadRequest, checkNode, checkType, decodeOrReject } from './check-request.ts'
import { DrainTimers } from './drain-timers.ts'
import { failedStream, reportFailure } from './failure.ts'
import { HeartbeatClock } from './heartbeat-clock.ts'
import { type LookupOptions, Lookups } from './lookups.ts'
import type { OpenStream } from './open-streams.ts'
import { RequestRate } from './request-rate.ts'
import { ResumeClock } from './resume-clock.ts'
import { FIRST_TYPES, StartClock } from './start-clock.ts'
import { unackedIn } from './unacked.ts'
import type { WriteBudget } from './write-budget.ts'

/** Unsent bytes at which a stream is blocked. When they are sent, the stream goes on with the newest content. */
const HIGH_WATER_BYTES = 64 * 1024

/** Types that one stream may subscribe to. Envoy knows about ten. */
const MAX_TYPES = 64

/** How long pushes wait on a stream that is to end. A client that does not answer, as its clusters warm, is not kept from them longer. */
const HOLD_MS = 1_000

const FAILED = failedStream('the stream')

const BEFORE_FIRST_REQUEST = createStreamState()

export interface StreamContext {
  readonly serving: Serving
  readonly budget: WriteBudget
  readonly place: OpenStream
  readonly id: number
  /** The type of a service such as CDS; undefined on ADS. */
  readonly typeUrl?: string
  /** Whether the transport is TLS or a Unix socket. If not, no secret is sent. */
  readonly isPrivate: boolean
  readonly authorize: Authorize
  /** How long a replaced listener drains, in milliseconds. 0: not at all. */
  readonly drainTimeMs: number
  /** How long an Envoy that starts may be silent before it asks for listeners, and one that reconnects for its types, in milliseconds. */
  readonly startTimeMs: number
  /** Looks up names that a client asks for and that its snapshot lacks. */
  readonly lookup?: LookupOptions
  /** Heartbeats in one TTL. */
  readonly heartbeatsPerTtl: number
  /** Which clients get the errors of missing names. */
  readonly resourceErrors: 'grpc' | 'all' | 'off'
  /** Milliseconds after which a stream with an unanswered response ends. Undefined: never. */
  readonly answerTimeoutMs?: number
}

export type ByteStream = ServerDuplexStream<Buffer, Buffer>

export class XdsStream<Request extends { readonly typeUrl: string }> {
  readonly #call: ByteStream
  readonly #protocol: WireProtocol<Request>
  readonly #context: StreamContext
  readonly #clock: AnswerClock
  readonly #drains: DrainTimers
  readonly #resumeClock: ResumeClock
  /** Only of a client that takes TTLs. */
  #heartbeats: HeartbeatClock | undefined
  readonly #rate: RequestRate
  #state: StreamState = BEFORE_FIRST_REQUEST
  #reported: NameLoad = NO_LOAD
  #watch: Watch | undefined
  #start: StartClock | undefined
  #lookUp: ((lookUp: LookUp) => void) | undefined
  readonly #lookups: Lookups | undefined
  #unsentBytes = 0
  #leaveQueue: (() => void) | undefined
  #hold: Timer | undefined
  #isOpen = true

  constructor(call: ByteStream, protocol: WireProtocol<Request>, context: StreamContext) {
    this.#call = call
    this.#protocol = protocol
    this.#context = context
    this.#rate = new RequestRate(context.place.limits.requestsPerSecond, performance.now())
    context.place.onEnd({
      isSettled: () => unackedIn(this.#state).length === 0,
      end: (reason) => this.#end(reason),
      holdPushes: () => this.#holdPushes(),
    })
    this.#clock = new AnswerClock({
      timeoutMs: context.answerTimeoutMs,
      unacked: () => unackedIn(this.#state).map(({ response }) => response.nonce),
      onOverdue: () => this.#endOverdue(),
    })
    this.#drains = new DrainTimers(context.drainTimeMs, (nonce) =>
      this.#guard(() => this.#take(this.#protocol.step(this.#current(), { kind: 'drained', nonce }))),
    )
    this.#resumeClock = new ResumeClock(context.startTimeMs, () =>
      this.#guard(() => this.#take(this.#protocol.step(this.#current(), { kind: 'resumed' }))),
    )
    this.#lookups =
      context.lookup &&
      new Lookups(context.lookup, context.serving.events, (typeUrl, names) =>
        this.#guard(() =>
          this.#take(this.#protocol.step(this.#current(), { kind: 'lookedUp', typeUrl, names })),
        ),
      )
    call.on('data', (bytes: Buffer) => this.#guard(() => this.#receive(bytes)))
    call.on('end', () => {
      this.#release()
      call.end()
    })
    for (const ending of ['cancelled', 'error', 'close']) call.on(ending, () => this.#release())
  }

  #receive(bytes: Buffer): void {
    const { place } = this.#context
    place.heard()
    if (!this.#rate.allows(performance.now())) throw tooOften(place.limits.requestsPerSecond)
    const { node, request: decoded } = decodeOrReject(() => this.#protocol.decode(bytes, this.#state))
    const request = checkType(decoded, this.#context.typeUrl)
    this.#watch ??= this.#openWatch(checkNode(node), request)
    // A listener of the event `opened` may have ended the stream.
    if (!this.#isOpen) {
      this.#watch.close(place.ending)
      return
    }
    this.#watch.heard()
    if (this.#isWithheld(request.typeUrl)) return
    this.#rejectTooManyTypes(request.typeUrl)
    const step = this.#protocol.step(this.#current(), { kind: 'request', request })
    this.#countNames(request, step.state)
    this.#start?.heard(step.state)
    this.#take(step)
    place.answered()
  }

  /** A request that changes no subscription and reports nothing costs nothing here. @throws BadRequest if there are too many */
  #countNames(request: Request, next: StreamState): void {
    const before = this.#state.typeStates.get(request.typeUrl)
    const reported = this.#protocol.reportedVersions(request)
    if (before === undefined && reported.size > 0)
      this.#reported = sum(this.#reported, reportedLoad(reported))
    else if (before?.subscription === next.typeStates.get(request.typeUrl)?.subscription) return
    this.#context.place.count(sum(subscribedLoad(next), this.#reported))
  }

  /** On the server's initiative. Responses that were written are sent before. */
  #end(reason: EndReason): void {
    if (!this.#isOpen) return
    this.#release(reason)
    this.#call.end()
  }

  #holdPushes(): void {
    if (this.#hold !== undefined) return
    const step = () =>
      this.#guard(() => {
        this.#hold?.restart()
        this.#take(this.#protocol.step(this.#current(), { kind: 'ending' }))
      })
    this.#hold = new Timer(HOLD_MS, step)
    step()
  }

  /** Runs a part of the stream's work. Whatever it throws ends this stream, and nothing else. */
  #guard(work: () => void): void {
    if (!this.#isOpen) return
    try {
      work()
    } catch (error) {
      this.#release()
      const { serving } = this.#context
      this.#call.emit('error', reportFailure(serving, this.#call.getPeer(), error, FAILED))
    }
  }

  #openWatch(node: Node, first: Request): Watch {
    const { serving, id, typeUrl, authorize, place } = this.#context
    const peer = admit(this.#call, node, authorize)
    const group = serving.groupOf(node)
    place.introduce(group, node.id)
    this.#lookUp = (lookUp) => this.#lookups?.start(node, group, lookUp)
    const reportsNoVersions = this.#protocol.reportsNoVersions(first)
    if (reportsNoVersions && FIRST_TYPES.includes(first.typeUrl)) {
      this.#start = new StartClock(this.#context.startTimeMs, () =>
        this.#watch?.report([{ kind: 'started' }]),
      )
    }
    const watch = serving.watch({
      node,
      group,
      stream: {
        id,
        protocol: this.#protocol.name,
        aggregated: typeUrl === undefined,
        peer: peer.address,
        openedAt: new Date().toISOString(),
      },
      ...(typeUrl && { typeUrl }),
      reportsNoVersions,
      isStarting: () => this.#start?.isStarting ?? false,
      describe: () => describeStream(this.#state),
      describeResources: () => describeResources(this.#state, this.#protocol.name),
      unacked: () =>
        unackedIn(this.#state).map((one) => ({ ...one, sentAt: this.#clock.sentAt(one.response.nonce) })),
      onSnapshot: (snapshot) =>
        this.#guard(() => this.#take(this.#protocol.step(this.#current(), { kind: 'snapshot', snapshot }))),
    })
    const client = clientKindOf(node)
    const { resourceErrors, heartbeatsPerTtl: perTtl } = this.#context
    const ttls = ttlsFor(node, this.#protocol.name)
    if (ttls !== 'none') {
      const onDue = (expiry: Expiry, isLate: boolean) => this.#keepAlive(expiry, isLate)
      this.#heartbeats = new HeartbeatClock({ perTtl, onDue })
    }
    const readsErrors = resourceErrors === 'all' || resourceErrors === client
    this.#state = {
      ...createStreamState({
        unconfirmed: watch.unconfirmed,
        sentClusters: watch.sentClusters,
        client,
        ttls,
        isAggregated: typeUrl === undefined,
        isDraining: this.#context.drainTimeMs > 0,
        looksUp: this.#lookups !== undefined,
        ...(readsErrors && { explain: (type, name) => serving.explain(watch.group, type, name) }),
      }),
      snapshot: watch.snapshot(),
    }
    return watch
  }

  /** Sends a heartbeat. False if the stream, or the server as a whole, has too many unsent bytes. */
  #keepAlive(expiry: Expiry, isLate: boolean): boolean {
    let isSent = false
    this.#guard(() => {
      const state = this.#current()
      isSent = state.writable
      this.#take(this.#protocol.step(state, { kind: 'heartbeat', isLate, ...expiry }))
    })
    return isSent
  }

  /** Ignores a request for secrets over plaintext TCP. The status of the node shows that it lacks them. */
  #isWithheld(typeUrl: string): boolean {
    if (typeUrl !== SECRET || this.#context.isPrivate) return false
    const message = 'secrets are not sent over plaintext TCP: serve xDS over TLS or on a Unix socket'
    this.#watch?.report([{ kind: 'unserved', typeUrl, message }])
    return true
  }

  #rejectTooManyTypes(typeUrl: string): void {
    const { typeStates } = this.#state
    if (typeStates.size < MAX_TYPES || typeStates.has(typeUrl)) return
    throw new BadRequest(
      `this stream subscribes to more than ${MAX_TYPES} types: open another stream for the rest`,
      grpcStatus.RESOURCE_EXHAUSTED,
    )
  }

  /** The stream's state, blocked while the stream, or the server as a whole, has too many unsent bytes. */
  #current(): StreamState {
    const { budget } = this.#context
    if (this.#state.writable && budget.isExhausted) {
      this.#state = this.#protocol.step(this.#state, { kind: 'blocked' }).state
      this.#leaveQueue = budget.whenAvailable(() => this.#resume())
    }
    return this.#state
  }

  #resume(): void {
    if (this.#unsentBytes > HIGH_WATER_BYTES) return
    this.#guard(() => this.#take(this.#protocol.step(this.#state, { kind: 'writable' })))
  }

  #take({ state, send, report, lookUp }: Step): void {
    if (!this.#isOpen) return
    this.#state = state
    for (const response of send) this.#write(response)
    if (this.#unsentBytes > HIGH_WATER_BYTES) {
      this.#state = this.#protocol.step(this.#state, { kind: 'blocked' }).state
    }
    this.#drains.update(state)
    this.#resumeClock.update(state)
    this.#heartbeats?.update(expiriesOf(state))
    if (report.length === 0) return
    this.#watch?.report(report)
    // A listener of the events may have ended the stream.
    if (!this.#isOpen) return
    this.#reportUnserved(report)
    this.#clock.update()
    // After the events, so that a listener knows of the request.
    if (lookUp !== undefined) this.#lookUp?.(lookUp)
  }

  #write(response: Response): void {
    const bytes = this.#protocol.encode(response)
    if (!isHeartbeatNonce(response.nonce)) this.#clock.sent(response.nonce)
    this.#rate.responded()
    const release = this.#context.budget.take(bytes.length)
    this.#unsentBytes += bytes.length
    this.#call.write(bytes, () => {
      this.#unsentBytes -= bytes.length
      release()
      if (!this.#state.writable) this.#resume()
    })
  }

  /** Reports types that nobody serves: the client would wait for them forever. */
  #reportUnserved(report: readonly Report[]): void {
    const { snapshot } = this.#state
    if (snapshot === undefined) return
    for (const { kind, typeUrl } of report) {
      if (kind !== 'subscribed' || snapshot.types.has(typeUrl) || resourceTypeOf(typeUrl).schema) continue
      const message = `group "${snapshot.group}" has no resources of ${typeUrl}: add some to its snapshot, or fix the type URL in the client`
      this.#watch?.report([{ kind: 'unserved', typeUrl, message }])
    }
  }

  #endOverdue(): void {
    const [oldest] = this.#watch?.pending().toSorted((a, b) => (a.sentAt < b.sentAt ? -1 : 1)) ?? []
    if (oldest === undefined) return
    const { typeUrl, nonce, version } = oldest
    this.#watch?.report([{ kind: 'overdue', ...oldest }])
    this.#release()
    const details = `response ${nonce} (version ${version} of ${typeUrl}) was neither ACKed nor NACKed within ${this.#context.answerTimeoutMs} ms`
    this.#call.emit('error', { code: grpcStatus.DEADLINE_EXCEEDED, details })
  }

  /** Every end of a stream leads here: nothing of it stays registered. */
  #release(reason = this.#context.place.ending): void {
    if (!this.#isOpen) return
    this.#isOpen = false
    this.#context.place.leave()
    this.#leaveQueue?.()
    this.#clock.stop()
    this.#drains.stop()
    this.#resumeClock.stop()
    this.#hold?.stop()
    this.#lookups?.stop()
    this.#heartbeats?.stop()
    this.#watch?.close(reason)
    this.#start?.stop()
  }
}

function tooOften(perSecond: number): BadRequest {
  return new BadRequest(
    `the limit is ${perSecond} requests a second, ACKs and NACKs not counted: send several names in one request`,
    grpcStatus.RESOURCE_EXHAUSTED,
  )
}
