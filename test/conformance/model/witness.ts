// Watches one stream with bookkeeping of its own, and throws when a response breaks the protocol.

import { CLUSTER, ENDPOINT, LISTENER, ROUTE } from '../../../xds-server/snapshot/resource-type.ts'
import { type Snapshot, typeIn } from '../../../xds-server/snapshot/snapshot.ts'
import {
  type ClientRequest,
  type ClientResponse,
  type ClientState,
  FULL_STATE_TYPES,
  WILDCARD,
} from '../../support/client-state.ts'
import { SeenType } from './seen-type.ts'

export class Witness {
  readonly #client: ClientState
  readonly #types = new Map<string, SeenType>()

  /** `client` says what is in effect at the other end. */
  constructor(client: ClientState) {
    this.#client = client
  }

  /**
   * Takes one step of the server: what is served, the request (none for a push), and the responses.
   * @throws Error that names the row and the response if it breaks the protocol
   */
  see(
    served: Snapshot | undefined,
    request: ClientRequest | undefined,
    responses: readonly ClientResponse[],
  ): void {
    const isStale = request !== undefined && !this.#hear(request)
    for (const [typeUrl, type] of this.#types) {
      if (served) type.hearServed((name) => typeIn(served, typeUrl).resources.get(name)?.version)
    }
    if (isStale && responses.length > 0) throw new Error(`X1: answered the stale request ${show(request)}`)
    for (const response of responses) this.#judge(response, served)
  }

  /** False if the server must ignore the request. */
  #hear(request: ClientRequest): boolean {
    const { typeUrl } = request
    const known = this.#types.get(typeUrl)
    if (known === undefined) {
      const type = new SeenType(this.#client.held(typeUrl).keys())
      this.#types.set(typeUrl, type)
      type.hear(request, this.#client.protocol, true)
      return true
    }
    const { protocol } = this.#client
    const isOvertaken = protocol === 'sotw' && request.responseNonce !== known.lastNonce
    if (!isOvertaken) known.hear(request, protocol, false)
    return !isOvertaken || known.hearAnswer(request, protocol)
  }

  #judge(response: ClientResponse, served: Snapshot | undefined): void {
    const { typeUrl, resources } = response
    const object = (what: string) => {
      throw new Error(`${what}: ${show(response)}`)
    }
    const type = this.#types.get(typeUrl)
    if (type === undefined) throw new Error(`X31: its type is not subscribed: ${show(response)}`)
    const removed = this.#removedBy(type, response)
    const names = [...resources.map(({ name }) => name), ...removed]
    if (this.#client.protocol === 'sotw' && !type.mayBeSentOn(typeUrl))
      object('X1: a second pending response')
    for (const name of names) if (!type.concerns(name)) object(`X31: "${name}" is not subscribed`)
    if (type.repeatsNack(response, removed)) object('X5: it was NACKed, and nothing in it is new')
    if (!type.isAsked(WILDCARD)) {
      for (const name of this.#unready(type, response)) object(`X14: it uses "${name}", which is not ACKed`)
      for (const name of this.#stillUsed(type, typeUrl, removed, served))
        object(`X15: "${name}" is still used`)
    }
    type.note(response, removed, this.#client.protocol)
    if (typeUrl === CLUSTER) this.#expectEndpoints(response)
  }

  #removedBy(type: SeenType, { typeUrl, resources, removed }: ClientResponse): readonly string[] {
    if (this.#client.protocol === 'delta') return removed
    if (!FULL_STATE_TYPES.includes(typeUrl)) return []
    const present = new Set(resources.map(({ name }) => name))
    return type.sentNames().filter((name) => !present.has(name) && type.wants(name))
  }

  /** X10: the assignments of clusters that are sent follow, even if they are unchanged. */
  #expectEndpoints({ resources }: ClientResponse): void {
    const endpoints = this.#types.get(ENDPOINT)
    for (const { typeUrl, name } of resources.flatMap(({ references }) => references)) {
      if (typeUrl === ENDPOINT && endpoints?.wants(name)) endpoints.ask(name)
    }
  }

  /** Clusters that a pushed listener or route uses and that a wildcard client has not ACKed. */
  #unready(type: SeenType, { typeUrl, resources }: ClientResponse): string[] {
    const clusters = this.#types.get(CLUSTER)
    if (![LISTENER, ROUTE].includes(typeUrl) || !clusters?.wildcard) return []
    return resources
      .filter((resource) => type.isPushOf(resource))
      .flatMap(({ references }) => references.filter((reference) => reference.typeUrl === CLUSTER))
      .map(({ name }) => name)
      .filter((name) => !clusters.accepted.has(name))
  }

  /** Clusters that are removed although an ACKed listener or route in effect uses them. */
  #stillUsed(
    type: SeenType,
    typeUrl: string,
    removed: readonly string[],
    served: Snapshot | undefined,
  ): string[] {
    if (typeUrl !== CLUSTER) return []
    const isSotw = this.#client.protocol === 'sotw'
    // SotW cannot remove routes: they are in effect until their listener is removed.
    const canTell = (user: string, name: string) =>
      !isSotw || user === LISTENER || served?.types.get(user)?.resources.has(name)
    const users = [LISTENER, ROUTE].flatMap((user) =>
      [...this.#client.held(user).values()].filter(
        ({ name, version }) => canTell(user, name) && this.#client.accepted(user).get(name) === version,
      ),
    )
    const used = new Set(users.flatMap(({ references }) => references).map(({ name }) => name))
    // Of NACKed resources, SotW can keep only those that are known to be ACKed.
    const isKeepable = (name: string) => type.accepted.has(name) && !(isSotw && type.isRefused(name))
    return removed.filter((name) => used.has(name) && isKeepable(name) && !type.isAsked(name))
  }
}

function show(message: ClientRequest | ClientResponse): string {
  return JSON.stringify(message, (key, value) =>
    key === 'value' || key === 'references' ? undefined : value,
  )
}
