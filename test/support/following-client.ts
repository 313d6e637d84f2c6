// A client that asks for what its resources refer to and answers every response: an Envoy, or a gRPC client, without a transport.

import { CLUSTER, ENDPOINT, LISTENER, ROUTE } from '../../xds-server/snapshot/resource-type.ts'
import {
  type ClientRequest,
  type ClientResource,
  type ClientResponse,
  ClientState,
  type IsRejected,
} from './client-state.ts'

export interface Habits {
  /** What it asks for of its own accord, in this order; no names mean everything. */
  readonly roots: readonly { readonly typeUrl: string; readonly names: readonly string[] }[]
  /** Types of which it asks for the names that it finds in what it holds. */
  readonly follows: readonly string[]
  /** It answers clusters only when their endpoints have come, as Envoy does on ADS. */
  readonly warms: boolean
}

/** Takes all clusters, and once they are warm all listeners. */
export const ENVOY: Habits = {
  roots: [
    { typeUrl: CLUSTER, names: [] },
    { typeUrl: LISTENER, names: [] },
  ],
  follows: [ENDPOINT, ROUTE],
  warms: true,
}

/** Goes from the one listener that it was told of to its routes, their clusters, and the endpoints of these. */
export function grpcClient(target: string): Habits {
  return {
    roots: [{ typeUrl: LISTENER, names: [target] }],
    follows: [ROUTE, CLUSTER, ENDPOINT],
    warms: false,
  }
}

export class FollowingClient {
  readonly state: ClientState
  readonly #habits: Habits
  readonly #warming = new Set<string>()
  /** Answers to cluster responses that wait for endpoints. */
  #held: ClientRequest[] = []

  constructor(protocol: 'sotw' | 'delta', habits: Habits) {
    this.state = new ClientState(protocol)
    this.#habits = habits
  }

  start(): ClientRequest[] {
    return this.#askNextRoot()
  }

  /** Puts a response into effect; what it sends then, in order: new names first, the answer after them. */
  receive(response: ClientResponse, refuses?: IsRejected): ClientRequest[] {
    const before = new Map(this.state.held(CLUSTER))
    const error = this.state.receive(response, refuses)
    if (this.#habits.warms) this.#warm(response, before)
    const answer = this.state.answer(response, error)
    const follow = this.#follow()
    if (response.typeUrl !== CLUSTER) return [...follow, answer, ...this.#release()]
    this.#held.push(answer)
    return [...follow, ...this.#release()]
  }

  /** Gives up waiting for the endpoints of these names, as Envoy does after `initial_fetch_timeout`; what it sends then. */
  timeOut(names: Iterable<string>): ClientRequest[] {
    for (const name of names) this.#warming.delete(name)
    return this.#release()
  }

  /** Clusters that are warming stay so: answers that were held back are lost with the stream. */
  reconnect(): ClientRequest[] {
    this.#held = []
    return this.state.reconnect()
  }

  /** Clusters that wait for their endpoints. */
  get warming(): ReadonlySet<string> {
    return this.#warming
  }

  #release(): ClientRequest[] {
    if (this.#warming.size > 0) return []
    const released = this.#held
    this.#held = []
    return [...released, ...this.#askNextRoot()]
  }

  #askNextRoot(): ClientRequest[] {
    const next = this.#habits.roots.find(({ typeUrl }) => !this.state.isOpen(typeUrl))
    return next === undefined ? [] : [this.state.subscribe(next.typeUrl, next.names)]
  }

  /** A cluster of new content is a new cluster, which warms until its endpoints come; they are not asked for again. */
  #warm({ typeUrl, resources, removed }: ClientResponse, before: ReadonlyMap<string, ClientResource>): void {
    const clusters = this.state.held(CLUSTER)
    if (typeUrl === CLUSTER) {
      for (const [name, held] of clusters) {
        const isNew = !sameContent(before.get(name), held)
        if (isNew) for (const endpoints of namesOf([held], ENDPOINT)) this.#warming.add(endpoints)
      }
      const used = namesOf(clusters.values(), ENDPOINT)
      for (const name of this.#warming) if (!used.has(name)) this.#warming.delete(name)
    }
    if (typeUrl !== ENDPOINT) return
    for (const name of [...resources.map((resource) => resource.name), ...removed]) this.#warming.delete(name)
  }

  #follow(): ClientRequest[] {
    const held = this.state.typeUrls.flatMap((typeUrl) => [...this.state.held(typeUrl).values()])
    return this.#habits.follows.flatMap((typeUrl) => {
      const wanted = namesOf(held, typeUrl)
      const names = this.state.names(typeUrl)
      const added = [...wanted].filter((name) => !names.has(name))
      const dropped = [...names].filter((name) => !wanted.has(name))
      return added.length + dropped.length === 0 ? [] : [this.state.change(typeUrl, added, dropped)]
    })
  }
}

function namesOf(resources: Iterable<ClientResource>, typeUrl: string): Set<string> {
  const references = [...resources].flatMap((resource) => resource.references)
  return new Set(references.filter((one) => one.typeUrl === typeUrl).map(({ name }) => name))
}

export function sameContent(a: ClientResource | undefined, b: ClientResource | undefined): boolean {
  if (a === undefined || b === undefined) return a === b
  return Buffer.compare(a.value, b.value) === 0
}
