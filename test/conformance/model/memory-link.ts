// A link without a transport: a stream machine on the real cache, with a witness that sees every step.

import { create } from '@bufbuild/protobuf'
import { NodeSchema } from '@envoy/xds-protos/envoy/config/core/v3/base_pb.js'
import { servingOf } from '../../../xds-server/cache/snapshot-cache.ts'
import type { Watch } from '../../../xds-server/cache/watch.ts'
import type { SnapshotCache } from '../../../xds-server/index.ts'
import { unackedIn } from '../../../xds-server/services/unacked.ts'
import { notFound } from '../../../xds-server/snapshot/resource-error.ts'
import { describeStream } from '../../../xds-server/streams/describe.ts'
import { expiriesOf, isHeartbeatNonce } from '../../../xds-server/streams/heartbeat.ts'
import { delta, sotw } from '../../../xds-server/streams/protocol.ts'
import {
  createStreamState,
  type Step,
  type StreamEvent,
  type StreamState,
} from '../../../xds-server/streams/stream.ts'
import type { ClientRequest, ClientResponse, ClientState } from '../../support/client-state.ts'
import { nodeOf } from '../../support/xds-client.ts'
import type { Link, LinkOptions } from './link.ts'
import { Reach } from './reach.ts'
import { RememberedErrors } from './remembered-errors.ts'
import { Witness } from './witness.ts'

/** Changes what a step does, so that the model has something to find. */
export type Fault = (step: Step, event: StreamEvent<ClientRequest>) => Step

export class MemoryLink implements Link {
  readonly inbox: ClientResponse[] = []
  readonly #errors = new RememberedErrors()
  readonly #step: (state: StreamState, event: StreamEvent<ClientRequest>) => Step
  readonly #witness: Witness
  readonly #watch: Watch
  #state: StreamState
  /** A late heartbeat was not sent yet, because the client does not read. The next one is as late. */
  #isLate = false
  isEnding = false
  readonly #reach: Reach

  constructor(
    cache: SnapshotCache,
    nodeId: string,
    client: ClientState,
    { readsErrors, takesTtls }: LinkOptions,
    plant: Fault = (step) => step,
  ) {
    const { step } = client.protocol === 'sotw' ? sotw : delta
    this.#step = (state, event) => plant(step(state, event), event)
    this.#witness = new Witness(client)
    this.#reach = new Reach(client)
    this.#watch = servingOf(cache).watch({
      node: create(NodeSchema, nodeOf(nodeId)),
      stream: { id: 1, protocol: client.protocol, aggregated: true, peer: 'memory', openedAt: '' },
      reportsNoVersions: true,
      unacked: () => unackedIn(this.#state).map((one) => ({ ...one, sentAt: 0 })),
      describeResources: () => [],
      describe: () => describeStream(this.#state),
      onSnapshot: (snapshot) => this.#take({ kind: 'snapshot', snapshot }),
    })
    this.#state = {
      ...createStreamState({
        unconfirmed: this.#watch.unconfirmed,
        sentClusters: this.#watch.sentClusters,
        ttls: takesTtls ? client.protocol : 'none',
        ...(readsErrors && { explain: (typeUrl, name) => notFound('fleet', typeUrl, name) }),
      }),
      snapshot: this.#watch.snapshot(),
    }
  }

  send(request: ClientRequest): void {
    this.#take({ kind: 'request', request })
  }

  block(): void {
    this.#take({ kind: 'blocked' })
  }

  unblock(): void {
    this.#take({ kind: 'writable' })
  }

  close(): void {
    this.#watch.close()
  }

  age(): void {
    this.isEnding = true
    this.#take({ kind: 'ending' })
  }

  get hasEnded(): boolean {
    return this.isEnding && unackedIn(this.#state).length === 0
  }

  beat(isLate: boolean): void {
    this.#isLate ||= isLate
    if (!this.#state.writable) return
    for (const expiry of expiriesOf(this.#state))
      this.#take({ kind: 'heartbeat', isLate: this.#isLate, ...expiry })
    this.#isLate = false
  }

  errorOf(typeUrl: string, name: string): string | undefined {
    return this.#errors.of(typeUrl, name)
  }

  async settled(): Promise<void> {
    // Free clients may never ask for clusters and endpoints again.
    this.#take({ kind: 'resumed' })
    if (this.isEnding) this.age()
    if (this.#isLate) this.beat(true)
  }

  #take(event: StreamEvent<ClientRequest>): void {
    const step = this.#step(this.#state, event)
    const { state, send, report } = step
    this.#state = state
    const isBeat = (response: ClientResponse) => isHeartbeatNonce(response.nonce)
    const request = event.kind === 'request' ? event.request : undefined
    // A heartbeat that is late, or that nobody can write, sends everything that expires anew.
    if (event.kind === 'heartbeat' && !send.some(isBeat)) this.#witness.seeExpiry(event.typeUrl)
    this.#witness.see(
      state.snapshot,
      request,
      send.filter((response) => !isBeat(response)),
    )
    this.#reach.see(event, step)
    for (const response of send.filter(isBeat)) this.#witness.seeHeartbeat(response)
    for (const response of send) this.#errors.take(response)
    this.inbox.push(...send)
    this.#watch.report(report)
  }
}
