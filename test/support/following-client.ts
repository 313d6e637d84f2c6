// A client that subscribes to what its resources refer to and answers every response: an Envoy or a gRPC client, without a transport.

import {
  CLUSTER,
  ENDPOINT,
  EXTENSION_CONFIG,
  LISTENER,
  ROUTE,
  RUNTIME,
} from '../../xds-server/snapshot/resource-type.ts'
import { CallsByHost } from './calls-by-host.ts'
import {
  type ClientRequest,
  type ClientResource,
  type ClientResponse,
  ClientState,
  type IsRejected,
} from './client-state.ts'

export interface Habits {
  /** Its first subscriptions, in this order. No names mean the legacy wildcard. */
  readonly roots: readonly { readonly typeUrl: string; readonly names: readonly string[] }[]
  /** Types whose names it takes from references of its resources. */
  readonly follows: readonly string[]
  /** It answers clusters only when it has their endpoints, as Envoy does on ADS. */
  readonly warms: boolean
  /** It asks for virtual hosts (VHDS): for all, and for those of its calls. Delta only. */
  readonly asksForHosts?: true
}

/** Subscribes to all clusters, and to all listeners when these are warm. */
export const ENVOY: Habits = {
  roots: [
    { typeUrl: CLUSTER, names: [] },
    { typeUrl: LISTENER, names: [] },
  ],
  follows: [ENDPOINT, ROUTE],
  warms: true,
}

/** The same with runtime layers, which come first, and with all else that it can discover. */
export function envoyWithLayers(...layers: readonly string[]): Habits {
  return {
    roots: [{ typeUrl: RUNTIME, names: layers }, ...ENVOY.roots],
    follows: [ENDPOINT, EXTENSION_CONFIG, ROUTE],
    warms: true,
    asksForHosts: true,
  }
}

/** Subscribes to the target's listener, then to its routes, their clusters and the endpoints of these. */
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
  /** Answers to cluster responses that wait for endpoints. They list the names that the client wants when they are sent. */
  #delayed: (() => ClientRequest)[] = []
  readonly #calls: CallsByHost

  constructor(protocol: 'sotw' | 'delta', habits: Habits) {
    this.state = new ClientState(protocol)
    this.#habits = habits
    this.#calls = new CallsByHost(this.state)
  }

  start(): ClientRequest[] {
    return this.#requestNextRoot()
  }

  /** Applies a response. Returns the requests it causes, in order: new subscriptions first, then the answer. */
  receive(response: ClientResponse, isRejected?: IsRejected): ClientRequest[] {
    const before = new Map(this.state.held(CLUSTER))
    const routes = new Map(this.state.held(ROUTE))
    const error = this.state.receive(response, isRejected)
    if (this.#habits.warms) this.#warm(response, before)
    const hosts = this.#asksForHosts ? this.#calls.receive(response, routes) : []
    const follow = [...this.#follow(), ...hosts]
    const answer = () => this.state.answer(response, error)
    if (response.typeUrl !== CLUSTER) return [...follow, answer(), ...this.#release()]
    this.#delayed.push(answer)
    return [...follow, ...this.#release()]
  }

  /** Stops waiting for the endpoints of these names, as Envoy does after `initial_fetch_timeout`. Returns the requests it causes. */
  timeOut(names: Iterable<string>): ClientRequest[] {
    for (const name of names) this.#warming.delete(name)
    return this.#release()
  }

  /** Warming clusters stay warming. Delayed answers are lost with the stream. */
  reconnect(): ClientRequest[] {
    this.#delayed = []
    return this.state.reconnect()
  }

  /** A call to a host of a route configuration. Returns the request for its virtual host, if it needs one. */
  call(routes: string, host: string): ClientRequest[] {
    return this.#asksForHosts ? this.#calls.call(routes, host) : []
  }

  /** Route configurations and calls that wait for virtual hosts. */
  get waitingForHosts(): readonly string[] {
    return this.#calls.waiting
  }

  get #asksForHosts(): boolean {
    return this.#habits.asksForHosts === true && this.state.protocol === 'delta'
  }

  /** Clusters that wait for their endpoints. */
  get warming(): ReadonlySet<string> {
    return this.#warming
  }

  #release(): ClientRequest[] {
    if (this.#warming.size > 0) return []
    const released = this.#delayed
    this.#delayed = []
    return [...released.map((answer) => answer()), ...this.#requestNextRoot()]
  }

  #requestNextRoot(): ClientRequest[] {
    const next = this.#habits.roots.find(({ typeUrl }) => !this.state.isOpen(typeUrl))
    return next === undefined ? [] : [this.state.subscribe(next.typeUrl, next.names)]
  }

  /** A cluster with new content warms until its endpoints arrive. The client does not subscribe to them again. */
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
      const removed = [...names].filter((name) => !wanted.has(name))
      return added.length + removed.length === 0 ? [] : [this.state.change(typeUrl, added, removed)]
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
