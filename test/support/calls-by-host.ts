// What an Envoy does with virtual hosts on demand (VHDS): it asks for all of them once a stream, and for the host of a call that none serves.

import { ROUTE, VIRTUAL_HOST } from '../../xds-server/snapshot/resource-type.ts'
import type { ClientRequest, ClientResource, ClientResponse, ClientState } from './client-state.ts'

export class CallsByHost {
  readonly #client: ClientState
  /** Route configurations that are new and wait for a response about their virtual hosts. */
  readonly #routes = new Set<string>()
  /** Names that calls wait for. */
  readonly #calls = new Set<string>()

  constructor(client: ClientState) {
    this.#client = client
  }

  /** Takes a response that the client has applied. `before` are the route configurations that it had. */
  receive(response: ClientResponse, before: ReadonlyMap<string, ClientResource>): ClientRequest[] {
    if (response.typeUrl === VIRTUAL_HOST) this.#settle(response)
    if (response.typeUrl !== ROUTE) return []
    for (const [name, routes] of this.#client.held(ROUTE)) {
      if (before.get(name) === routes || !this.#usesHosts(name)) continue
      // An update clears the table of virtual hosts.
      this.#client.drop(VIRTUAL_HOST, (host) => routesOf(host) === name)
      this.#routes.add(name)
    }
    const isFirst = this.#routes.size > 0 && !this.#client.isOpen(VIRTUAL_HOST)
    return isFirst ? [this.#client.subscribe(VIRTUAL_HOST, [])] : []
  }

  /** Envoy asks for a host once a stream. */
  call(routes: string, host: string): ClientRequest[] {
    const name = `${routes}/${host}`
    const isKnown = this.#client.names(VIRTUAL_HOST).has(name) || this.#client.held(VIRTUAL_HOST).has(name)
    if (isKnown || !this.#client.isOpen(VIRTUAL_HOST) || !this.#usesHosts(routes)) return []
    this.#calls.add(name)
    return [this.#client.subscribe(VIRTUAL_HOST, [name])]
  }

  get waiting(): readonly string[] {
    const names = [...[...this.#routes].map((routes) => `${routes}/*`), ...this.#calls]
    return names.filter((name) => this.#usesHosts(routesOf(name)))
  }

  #settle({ resources, removed, aliases }: ClientResponse): void {
    const names = [...resources.map(({ name }) => name), ...removed]
    for (const name of names) {
      this.#routes.delete(routesOf(name))
      for (const answered of [name, ...(aliases?.get(name) ?? [])]) this.#calls.delete(answered)
    }
  }

  #usesHosts(routes: string): boolean {
    const references = this.#client.held(ROUTE).get(routes)?.references ?? []
    return references.some(({ typeUrl }) => typeUrl === VIRTUAL_HOST)
  }
}

function routesOf(host: string): string {
  return host.slice(0, Math.max(0, host.lastIndexOf('/')))
}
