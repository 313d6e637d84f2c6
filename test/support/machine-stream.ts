// A client of the real stream machines without a transport. It answers one response at a time, as the test says.

import { create, type MessageInitShape } from '@bufbuild/protobuf'
import { NodeSchema } from '@envoy/xds-protos/envoy/config/core/v3/base_pb.js'
import { type SnapshotCache, servingOf } from '../../xds-server/cache/snapshot-cache.ts'
import type { Watch } from '../../xds-server/cache/watch.ts'
import { resourceTypeOf } from '../../xds-server/snapshot/resource-type.ts'
import { describeStream } from '../../xds-server/streams/describe.ts'
import { delta } from '../../xds-server/streams/protocol.ts'
import type { DeltaRequest } from '../../xds-server/streams/requests.ts'
import { createStreamState, type StreamEvent, type StreamState } from '../../xds-server/streams/stream.ts'
import type { Response } from '../../xds-server/type-state/responses.ts'
import { STREAM } from './hand-stream.ts'
import { deltaRequest } from './requests.ts'

/** A delta stream on ADS. */
export class MachineStream {
  /** Un-ACKed responses, the oldest first. */
  readonly unacked: Response[] = []
  /** The client may still ask for listeners. */
  isStarting = true
  readonly #watch: Watch
  #state: StreamState = createStreamState()

  constructor(
    cache: SnapshotCache,
    node: MessageInitShape<typeof NodeSchema> = { id: 'n1', cluster: 'fleet' },
  ) {
    this.#watch = servingOf(cache).watch({
      node: create(NodeSchema, node),
      stream: STREAM,
      reportsNoVersions: true,
      isStarting: () => this.isStarting,
      unacked: () => this.unacked.map((response) => ({ typeUrl: response.typeUrl, response, sentAt: 0 })),
      describeResources: () => [],
      describe: () => describeStream(this.#state),
      onSnapshot: (snapshot) => this.#take({ kind: 'snapshot', snapshot }),
    })
    this.#state = {
      ...createStreamState({ unconfirmed: this.#watch.unconfirmed }),
      snapshot: this.#watch.snapshot(),
    }
  }

  /** Subscribes to names. Without names: to everything if the type has the legacy wildcard. */
  ask(typeUrl: string, subscribe: readonly string[] = [], held: Readonly<Record<string, string>> = {}): void {
    this.#request({ typeUrl, subscribe, initialResourceVersions: new Map(Object.entries(held)) })
  }

  /** ACKs the oldest response, or NACKs it with a message. After an ACK it subscribes to what the resources refer to. */
  answer(nackMessage?: string): Response {
    const response = this.unacked.shift()
    if (response === undefined) throw new Error('no response waits for an answer')
    const { typeUrl, nonce, resources } = response
    const error = nackMessage === undefined ? {} : { errorDetail: { code: 13, message: nackMessage } }
    this.#request({ typeUrl, responseNonce: nonce, ...error })
    if (nackMessage !== undefined) return response
    const references = resources.flatMap((resource) => resource.references)
    for (const [wanted, names] of Map.groupBy(references, (reference) => reference.typeUrl)) {
      const known = this.#state.typeStates.get(wanted)?.subscription.names ?? new Set()
      const subscribe = [...new Set(names.map(({ name }) => name))].filter((name) => !known.has(name))
      if (subscribe.length > 0 && !resourceTypeOf(wanted).legacyWildcard) this.ask(wanted, subscribe)
    }
    return response
  }

  /** ACKs every response until no more come. */
  answerAll(): Response[] {
    const answered: Response[] = []
    while (this.unacked.length > 0) answered.push(this.answer())
    return answered
  }

  /** From now on it is taken for a client that asks for no more types. */
  start(): void {
    this.isStarting = false
    this.#watch.report([{ kind: 'started' }])
  }

  close(): void {
    this.#watch.close()
  }

  #request(fields: Parameters<typeof deltaRequest>[0]): void {
    this.#take({ kind: 'request', request: deltaRequest(fields) })
  }

  #take(event: StreamEvent<DeltaRequest>): void {
    const { state, send, report } = delta.step(this.#state, event)
    this.#state = state
    this.unacked.push(...send)
    this.#watch.report(report)
  }
}
