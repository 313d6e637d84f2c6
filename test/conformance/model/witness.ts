// Observes one stream, keeps its own state of it, and throws if a response breaks the protocol.

import {
  CLUSTER,
  ENDPOINT,
  EXTENSION_CONFIG,
  LISTENER,
  ROUTE,
  VIRTUAL_HOST,
} from '../../../xds-server/snapshot/resource-type.ts'
import { type Snapshot, typeIn } from '../../../xds-server/snapshot/snapshot.ts'
import {
  type ClientRequest,
  type ClientResponse,
  type ClientState,
  FULL_STATE_TYPES,
  WILDCARD,
} from '../../support/client-state.ts'
import { SeenType } from './seen-type.ts'

/** What uses a type, of those whose removal waits for its users. */
const USERS: Readonly<Record<string, readonly string[]>> = {
  [CLUSTER]: [EXTENSION_CONFIG, LISTENER, ROUTE, VIRTUAL_HOST],
  [EXTENSION_CONFIG]: [LISTENER],
}

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
    const isStale = request !== undefined && !this.#noteRequest(request)
    for (const [typeUrl, type] of this.#types) {
      if (served) type.noteServed((name) => typeIn(served, typeUrl).resources.get(name)?.version)
    }
    if (isStale && responses.length > 0) throw new Error(`X1: answered the stale request ${show(request)}`)
    for (const response of responses) this.#check(response)
    for (const { typeUrl } of responses) this.#types.get(typeUrl)?.noteAnswered(this.#client.protocol)
  }

  /** The client may have dropped what expires of a type. */
  seeExpiry(typeUrl: string): void {
    this.#types.get(typeUrl)?.noteExpired()
  }

  /**
   * Takes a heartbeat. It repeats what the client was sent last and has not NACKed, and takes nothing away (X58).
   * @throws Error that names the row and the heartbeat if it breaks the protocol
   */
  seeHeartbeat(response: ClientResponse): void {
    const { typeUrl, resources, nonce } = response
    const type = this.#types.get(typeUrl)
    if (type === undefined || type.lastNonce === '')
      throw new Error(`X58: its type was not sent before: ${show(response)}`)
    for (const resource of resources) {
      const { name } = resource
      if (!type.isSubscribed(name)) throw new Error(`X31: "${name}" is not subscribed: ${show(response)}`)
      // After a reconnect, a client has what it was sent on an earlier stream.
      const isKept = this.#isInEffect(typeUrl, resource)
      const isNacked = type.isUnconfirmed(name) && !type.isPending(resource)
      if (!isKept && (isNacked || !type.wasSent(resource)))
        throw new Error(`X58: the client does not have "${name}": ${show(response)}`)
    }
    for (const name of this.#removedBy(type, response))
      throw new Error(`X58: the client loses "${name}": ${show(response)}`)
    type.noteHeartbeat(nonce)
  }

  /** False if the server must ignore the request. */
  #noteRequest(received: ClientRequest): boolean {
    const { typeUrl } = received
    const known = this.#types.get(typeUrl)
    const responseNonce = known?.answeredNonce(received.responseNonce) ?? received.responseNonce
    const request = { ...received, responseNonce }
    if (known === undefined) {
      const type = new SeenType(this.#client.held(typeUrl).keys())
      this.#types.set(typeUrl, type)
      type.noteRequest(request, this.#client.protocol, true)
      return true
    }
    const { protocol } = this.#client
    if (protocol === 'sotw' && request.responseNonce === '' && known.lastNonce !== '') {
      known.beginAgain(request)
      return true
    }
    const isStale = protocol === 'sotw' && request.responseNonce !== known.lastNonce
    if (!isStale) {
      known.noteRequest(request, protocol, false)
      return true
    }
    const isAnswer = known.noteAnswer(request, protocol)
    known.noteStale(request)
    return isAnswer
  }

  #check(response: ClientResponse): void {
    const { typeUrl, resources } = response
    const fail = (what: string) => {
      throw new Error(`${what}: ${show(response)}`)
    }
    const type = this.#types.get(typeUrl)
    if (type === undefined) throw new Error(`X31: its type is not subscribed: ${show(response)}`)
    type.noteAliases(response)
    const removed = this.#removedBy(type, response)
    const names = [...resources.map(({ name }) => name), ...removed]
    // X68: what was NACKed goes in several responses at once.
    const isParted =
      names.length > 0 &&
      !FULL_STATE_TYPES.includes(typeUrl) &&
      names.every((name) => type.isUnconfirmed(name))
    if (this.#client.protocol === 'sotw' && !type.mayBeSentOn(typeUrl) && !isParted)
      fail('X1: a second pending response')
    for (const name of names) if (!type.concerns(name)) fail(`X31: "${name}" is not subscribed`)
    if (type.repeatsNack(response, removed)) fail('X5: it was NACKed, and nothing in it is new')
    if (!type.isNew) {
      for (const name of this.#unready(type, response))
        fail(`X14, X89: it uses "${name}", which is not ACKed`)
    }
    if (!type.isRequested(WILDCARD)) {
      for (const name of this.#stillUsed(type, typeUrl, removed)) fail(`X15: "${name}" is still used`)
    }
    type.note(response, removed)
    if (typeUrl === CLUSTER) this.#expectEndpoints(response)
    if (typeUrl === ROUTE) this.#expectHosts(response)
  }

  #removedBy(type: SeenType, { typeUrl, resources, removed }: ClientResponse): readonly string[] {
    if (this.#client.protocol === 'delta') return removed
    if (!FULL_STATE_TYPES.includes(typeUrl)) return []
    const present = new Set(resources.map(({ name }) => name))
    return type.sentNames().filter((name) => !present.has(name) && type.isSubscribed(name))
  }

  /** X10: the assignments of clusters that are sent follow, even if they are unchanged. */
  #expectEndpoints({ resources }: ClientResponse): void {
    const endpoints = this.#types.get(ENDPOINT)
    for (const { typeUrl, name } of resources.flatMap(({ references }) => references)) {
      if (typeUrl === ENDPOINT && endpoints?.isSubscribed(name)) endpoints.request(name)
    }
  }

  /** X61: the virtual hosts of route configurations that are sent follow, even if they are unchanged. */
  #expectHosts({ resources }: ClientResponse): void {
    const hosts = this.#types.get(VIRTUAL_HOST)
    for (const { typeUrl, name } of resources.flatMap(({ references }) => references))
      if (typeUrl === VIRTUAL_HOST && hosts?.wildcard) hosts.requestFolder(name)
  }

  /** Clusters that a pushed listener or route uses and that a wildcard client has not ACKed. */
  #unready(type: SeenType, { typeUrl, resources }: ClientResponse): string[] {
    const clusters = this.#types.get(CLUSTER)
    if (!USERS[CLUSTER]?.includes(typeUrl) || !clusters?.wildcard) return []
    return resources
      .filter((one) => type.isPushOf(one) || type.isChangeOf(one, this.#client.protocol))
      .filter((resource) => !this.#isInEffect(typeUrl, resource))
      .flatMap(({ references }) => references.filter((reference) => reference.typeUrl === CLUSTER))
      .map(({ name }) => name)
      .filter((name) => !clusters.accepted.has(name))
  }

  /** What a client has, or has ACKed last, may be repeated, whatever it uses: a full-state response has to. */
  #isInEffect(typeUrl: string, { name, value, version }: ClientResponse['resources'][number]): boolean {
    if (this.#client.accepted(typeUrl).get(name) === version) return true
    const held = this.#client.held(typeUrl).get(name)
    return held !== undefined && Buffer.compare(held.value, value) === 0
  }

  /** Names that are removed although an ACKed listener, route or the like in effect uses them. */
  #stillUsed(type: SeenType, typeUrl: string, removed: readonly string[]): string[] {
    const userTypes = USERS[typeUrl] ?? []
    const isSotw = this.#client.protocol === 'sotw'
    // SotW cannot remove routes: they are in effect until their listener is removed.
    const isRemovable = (user: string, name: string) =>
      !isSotw || user === LISTENER || !this.#types.get(user)?.hasLeft(name)
    const users = userTypes.flatMap((user) =>
      [...this.#client.held(user).values()].filter(
        ({ name, version }) => isRemovable(user, name) && this.#client.accepted(user).get(name) === version,
      ),
    )
    const references = users.flatMap((one) => one.references).filter((one) => one.typeUrl === typeUrl)
    const used = new Set(references.map(({ name }) => name))
    // Of NACKed resources, SotW can keep only those that are known to be ACKed.
    const isKnownToBeAcked = (name: string) =>
      type.accepted.has(name) && !(isSotw && type.isUnconfirmed(name))
    return removed.filter((name) => used.has(name) && isKnownToBeAcked(name) && !type.isRequested(name))
  }
}

function show(message: ClientRequest | ClientResponse): string {
  return JSON.stringify(message, (key, value) =>
    key === 'value' || key === 'references' ? undefined : value,
  )
}
