// A link without a transport: a stream machine on the real cache, with a witness that sees every step.

import { create } from '@bufbuild/protobuf'
import { NodeSchema } from '@envoy/xds-protos/envoy/config/core/v3/base_pb.js'
import { servingOf } from '../../../xds-server/cache/snapshot-cache.ts'
import type { Watch } from '../../../xds-server/cache/watch.ts'
import type { SnapshotCache } from '../../../xds-server/index.ts'
import { unackedIn } from '../../../xds-server/services/unacked.ts'
import { notFound } from '../../../xds-server/snapshot/resource-error.ts'
import { describeStream } from '../../../xds-server/streams/describe.ts'
import { delta, sotw } from '../../../xds-server/streams/protocol.ts'
import {
  createStreamState,
  type Step,
  type StreamEvent,
  type StreamState,
} from '../../../xds-server/streams/stream.ts'
import type { ClientRequest, ClientResponse, ClientState } from '../../support/client-state.ts'
import { nodeOf } from '../../support/xds-client.ts'
import type { Link } from './link.ts'
import { RememberedErrors } from './remembered-errors.ts'
import { Witness } from './witness.ts'

export class MemoryLink implements Link {
  readonly inbox: ClientResponse[] = []
  readonly #errors = new RememberedErrors()
  readonly #step: (state: StreamState, event: StreamEvent<ClientRequest>) => Step
  readonly #witness: Witness
  readonly #watch: Watch
  #state: StreamState

  constructor(cache: SnapshotCache, nodeId: string, client: ClientState, readsErrors: boolean) {
    this.#step = client.protocol === 'sotw' ? sotw.step : delta.step
    this.#witness = new Witness(client)
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

  errorOf(typeUrl: string, name: string): string | undefined {
    return this.#errors.of(typeUrl, name)
  }

  async settled(): Promise<void> {
    // Free clients may never ask for clusters and endpoints again.
    this.#take({ kind: 'resumed' })
  }

  #take(event: StreamEvent<ClientRequest>): void {
    const { state, send, report } = this.#step(this.#state, event)
    this.#state = state
    this.#witness.see(state.snapshot, event.kind === 'request' ? event.request : undefined, send)
    for (const response of send) this.#errors.take(response)
    this.inbox.push(...send)
    this.#watch.report(report)
  }
}
