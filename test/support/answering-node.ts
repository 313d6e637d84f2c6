// A node that subscribes as Envoy does (clusters and listeners, then what they refer to), or by name as gRPC clients do, and answers as
// the test says.

import type { DiscoveryResponse } from '@envoy/xds-protos/envoy/service/discovery/v3/discovery_pb.js'
import type { Client } from '@grpc/grpc-js'
import { CLUSTER, LISTENER } from '../../xds-server/index.ts'
import { createResources } from '../../xds-server/snapshot/resource.ts'
import { connectTo, nodeOf, SotwClient, type Teardown } from './xds-client.ts'

/** `ack`, `silence`, or the message of a NACK. */
export type Answer = 'ack' | 'silence' | { readonly nack: string }

interface Subscription {
  readonly names: Set<string>
  last?: DiscoveryResponse
}

export interface AnsweringNodeOptions {
  readonly id: string
  readonly cluster: string
  readonly answer?: Answer
  /** It asks for this listener and what that refers to. Default: for all clusters and listeners. */
  readonly listener?: string
  /** Shared with other nodes. Default: a channel of its own. */
  readonly channel?: Client
}

/** Connects to a server. It calls `answer` for each response and waits for it; a test may replace `answer` at any time. */
export class AnsweringNode {
  answer: (response: DiscoveryResponse) => Answer | Promise<Answer>
  readonly #client: SotwClient
  readonly #subscriptions = new Map<string, Subscription>()

  constructor(t: Teardown, address: string, options: AnsweringNodeOptions) {
    const { id, cluster, answer = 'ack', listener, channel = connectTo(t, address) } = options
    this.answer = () => answer
    this.#client = new SotwClient(channel)
    t.teardown(() => this.#client.close())
    const node = nodeOf(id, cluster)
    if (listener === undefined) {
      this.#client.send({ typeUrl: CLUSTER, node })
      this.#client.send({ typeUrl: LISTENER })
    } else {
      this.#subscriptionOf(LISTENER).names.add(listener)
      this.#client.send({ typeUrl: LISTENER, node, resourceNames: [listener] })
    }
    void this.#answerAll()
  }

  async #answerAll(): Promise<never> {
    for (;;) {
      const response = await this.#client.next()
      const answer = await this.answer(response)
      if (answer === 'silence') continue
      const subscription = this.#subscriptionOf(response.typeUrl)
      subscription.last = response
      if (answer === 'ack') this.#subscribe(response)
      this.#request(response.typeUrl, answer === 'ack' ? undefined : answer.nack)
    }
  }

  #subscribe({ resources }: DiscoveryResponse): void {
    const references = createResources(resources).flatMap((resource) => resource.references)
    for (const [typeUrl, wanted] of Map.groupBy(references, (reference) => reference.typeUrl)) {
      const { names } = this.#subscriptionOf(typeUrl)
      const known = names.size
      for (const { name } of wanted) names.add(name)
      if (names.size > known) this.#request(typeUrl)
    }
  }

  #request(typeUrl: string, nack?: string): void {
    const { names, last } = this.#subscriptionOf(typeUrl)
    this.#client.send({
      typeUrl,
      resourceNames: [...names],
      responseNonce: last?.nonce ?? '',
      ...(nack === undefined
        ? { versionInfo: last?.versionInfo ?? '' }
        : { errorDetail: { code: 13, message: nack } }),
    })
  }

  #subscriptionOf(typeUrl: string): Subscription {
    const subscription = this.#subscriptions.get(typeUrl) ?? { names: new Set() }
    this.#subscriptions.set(typeUrl, subscription)
    return subscription
  }
}
