// What a server can know of one type on one stream: subscriptions, responses and answers.

import { RUNTIME } from '../../../xds-server/snapshot/resource-type.ts'
import {
  type ClientRequest,
  type ClientResource,
  type ClientResponse,
  collectionOf,
  coversName,
  FULL_STATE_TYPES,
  LEGACY_TYPES,
  WILDCARD,
} from '../../support/client-state.ts'

type Protocol = 'sotw' | 'delta'

export class SeenType {
  wildcard = false
  lastNonce = ''
  /** Names that the client has ACKed, on this or an earlier stream, and that were not removed since. */
  readonly accepted: Set<string>
  readonly #pending = new Map<string, ClientResponse>()
  /** Nonces of heartbeats, with those of the responses that they follow. */
  readonly #heartbeats = new Map<string, string>()
  /** VHDS: virtual hosts that were sent as answers to other names. */
  readonly #byAlias = new Set<string>()
  /** How the names begin of virtual hosts that have to follow their route configurations in this step. */
  readonly #folders = new Set<string>()
  /** Names that were last sent with a TTL. */
  readonly #expiring = new Set<string>()
  #names = new Set<string>()
  #isLegacyWildcardOff = false
  /** SotW: names, or the wildcard, that the lists of stale requests left out. */
  readonly #givenUp = new Set<string>()
  /** Requested names, or the wildcard, that are not answered yet. */
  readonly #requested = new Set<string>([WILDCARD])
  /** The version that was last sent for each name; undefined if it was removed. */
  readonly #sent = new Map<string, string | undefined>()
  /** NACKed responses without changes since: name → version. */
  #nacked: ReadonlyMap<string, string | undefined>[] = []
  readonly #unconfirmed = new Set<string>()
  /** The error that was last sent for each name that has not been served since. */
  readonly #errors = new Map<string, string>()
  /** SotW: names that the client may have by responses whose answers do not count. */
  readonly #unanswered = new Set<string>()
  /** Names that the client has accepted, or may have, and that were not served for a time since. */
  readonly #left = new Set<string>()
  /** The client reported what it has, and has no answer yet. */
  #isResumed = false
  /** SotW: names that it has asked for since then. */
  readonly #askedSince = new Set<string>()

  constructor(held: Iterable<string>) {
    this.accepted = new Set(held)
  }

  isSubscribed(name: string): boolean {
    return this.wildcard || coversName(this.#names, name) || this.#byAlias.has(name)
  }

  request(name: string): void {
    this.#requested.add(name)
  }

  /** Of a name that ends in an asterisk: everything that it begins. */
  requestFolder(all: string): void {
    this.#folders.add(all.slice(0, -1))
  }

  isRequested(name: string): boolean {
    return coversName(this.#requested, name) || [...this.#folders].some((folder) => name.startsWith(folder))
  }

  /** VHDS: notes virtual hosts that answer other names. They do so as soon as they exist, whatever was answered before (X90). */
  noteAliases({ aliases }: ClientResponse): void {
    for (const [name, others] of aliases ?? [])
      if (others.some((other) => this.#names.has(other))) {
        this.#byAlias.add(name)
        this.#requested.add(name)
      }
  }

  /** The nonce of the response that a heartbeat follows, or the nonce itself. */
  answeredNonce(nonce: string): string {
    return this.#heartbeats.get(nonce) ?? nonce
  }

  noteHeartbeat(nonce: string): void {
    this.#heartbeats.set(nonce, this.lastNonce)
  }

  /** Whether a response with this very resource is not answered yet. */
  isPending({ name, version }: Pick<ClientResource, 'name' | 'version'>): boolean {
    const carries = ({ resources }: ClientResponse) =>
      resources.some((one) => one.name === name && one.version === version)
    return [...this.#pending.values()].some(carries)
  }

  /** What expires may be sent anew after a late heartbeat, except what the client has NACKed for sure. */
  noteExpired(): void {
    for (const name of this.#expiring) {
      const version = this.#sent.get(name) ?? ''
      if (!this.isUnconfirmed(name) || this.isPending({ name, version })) this.#sent.delete(name)
    }
  }

  /** Whether the resource is the one that was last sent under its name. */
  wasSent({ name, version }: ClientResource): boolean {
    return this.#sent.get(name) === version
  }

  /** Whether a response may carry a name: it is subscribed, or was unsubscribed beside the wildcard. */
  concerns(name: string): boolean {
    return this.isSubscribed(name) || this.isRequested(name)
  }

  sentNames(): string[] {
    return [...this.#sent].filter(([, version]) => version !== undefined).map(([name]) => name)
  }

  /** Whether a resource is a push: new to the client, and not the answer to its name. New virtual hosts that follow their routes are. */
  isPushOf({ name, version }: ClientResource): boolean {
    return this.#sent.get(name) !== version && !coversName(this.#requested, name)
  }

  /** Whether a resource is in the first answer to a client that has content, and is no answer to a request for its name. */
  isChangeOf({ name }: ClientResource, protocol: Protocol): boolean {
    return this.#isResumed && !coversName(protocol === 'sotw' ? this.#askedSince : this.#requested, name)
  }

  get isNew(): boolean {
    return this.isRequested(WILDCARD) && !this.#isResumed
  }

  /** Whether a response repeats NACKed content that was not requested, with nothing new beside it. */
  repeatsNack({ resources, errors = [] }: ClientResponse, removed: readonly string[]): boolean {
    if (this.#requested.size + this.#folders.size > 0) return false
    if (errors.some(({ name, message }) => this.#errors.get(name) !== message)) return false
    const isNew = ({ name, version }: { name: string; version?: string }) => this.#sent.get(name) !== version
    if (resources.some(isNew) || removed.some((name) => isNew({ name }))) return false
    return resources.some(({ name, version }) => this.#nacked.some((nacked) => nacked.get(name) === version))
  }

  /** Notes a request that is not stale. */
  noteRequest(request: ClientRequest, protocol: Protocol, isFirst: boolean): void {
    if (!isFirst) this.noteAnswer(request, protocol)
    if (protocol === 'sotw') this.#noteList(request)
    else this.#noteChange(request, isFirst)
    if (isFirst) this.#noteReported(request, protocol)
  }

  /** X1: a SotW request with an older nonce changes no subscription yet, but the client has given up what its list leaves out. */
  noteStale(request: ClientRequest): void {
    if (this.#isForAll(request)) return
    for (const name of this.#names) if (!request.resourceNames.includes(name)) this.#givenUp.add(name)
    if (this.wildcard) this.#givenUp.add(WILDCARD)
    this.#isLegacyWildcardOff = true
  }

  /** X51: a SotW request without a nonce in mid-stream. Answers to earlier responses do not count after it. */
  beginAgain(request: ClientRequest): void {
    for (const { resources } of this.#pending.values())
      for (const { name } of resources) this.#unanswered.add(name)
    this.#pending.clear()
    this.#nacked = []
    this.#names = new Set()
    this.wildcard = false
    this.#noteList(request)
  }

  /** Notes an ACK or a NACK. False if no pending response has its nonce. */
  noteAnswer({ responseNonce, errorDetail }: ClientRequest, protocol: Protocol): boolean {
    const answered = this.#pending.get(responseNonce)
    if (answered === undefined) return false
    const [oldest] = this.#pending.keys()
    const isAmbiguous = protocol === 'sotw' && oldest !== responseNonce
    for (const nonce of this.#pending.keys()) {
      // A SotW client that answers a response has read the earlier ones, and will not answer them.
      if (nonce === responseNonce || protocol === 'sotw') this.#pending.delete(nonce)
      if (nonce === responseNonce) break
    }
    if (errorDetail === undefined) this.#accept(answered)
    else this.#nack(answered, errorDetail.message, isAmbiguous)
    return true
  }

  /** Whether a name went from what is served since the client accepted it, even if it has come back. */
  hasLeft(name: string): boolean {
    return this.#left.has(name)
  }

  /** Whether the client has NACKed a response with this name, and ACKed none since. */
  isUnconfirmed(name: string): boolean {
    return this.#unconfirmed.has(name)
  }

  /** Once a NACKed name has other content, the rest of the NACKed response may be sent again. */
  noteServed(versionOf: (name: string) => string | undefined): void {
    for (const name of [...this.accepted, ...this.#unanswered])
      if (versionOf(name) === undefined) this.#left.add(name)
    for (const name of this.#errors.keys()) if (versionOf(name) !== undefined) this.#errors.delete(name)
    const isOther = ([name, version]: readonly [string, string | undefined]) => versionOf(name) !== version
    this.#allowAgain(this.#nacked.flatMap((nacked) => [...nacked].filter(isOther).map(([name]) => name)))
  }

  /** SotW: whether another response may be sent: none is pending, or the client names no resource. */
  mayBeSentOn(typeUrl: string): boolean {
    if (this.#pending.size === 0) return true
    const names = [...this.#names]
    const namesNone = this.wildcard
      ? names.length === 0
      : names.length > 0 && names.every((name) => collectionOf(name) === name)
    return FULL_STATE_TYPES.includes(typeUrl) && namesNone
  }

  /** Notes a response that was sent. */
  note(response: ClientResponse, removed: readonly string[]): void {
    this.lastNonce = response.nonce
    this.#pending.set(response.nonce, { ...response, removed })
    for (const { name, version, ttlMs } of response.resources) {
      this.#sent.set(name, version)
      if (ttlMs !== undefined && response.ttls !== undefined) this.#expiring.add(name)
      else this.#expiring.delete(name)
    }
    for (const name of removed) this.#sent.set(name, undefined)
    for (const { name, message } of response.errors ?? []) this.#errors.set(name, message)
    for (const { name } of response.resources) this.#requested.delete(name)
    for (const name of removed) this.#requested.delete(name)
  }

  /** Notes that the responses of a step are over. SotW has no answer for a name that does not exist. */
  noteAnswered(protocol: Protocol): void {
    if (protocol === 'sotw') this.#requested.clear()
    else this.#requested.delete(WILDCARD)
    this.#folders.clear()
    this.#isResumed = false
  }

  #accept({ typeUrl, resources, removed }: ClientResponse): void {
    // X69: the client keeps no bad layer any more, so that the others may be sent again.
    if (typeUrl === RUNTIME) this.#nacked = []
    for (const name of removed) this.accepted.delete(name)
    const names = resources.map(({ name }) => name).filter((name) => this.#sent.get(name) !== undefined)
    for (const name of names) {
      this.accepted.add(name)
      this.#left.delete(name)
    }
    for (const name of names) this.#unconfirmed.delete(name)
    this.#allowAgain(names)
  }

  /**
   * An ambiguous NACK may mean an earlier response, so the content may be sent once more. Names that the client did not reject may be
   * sent again at once.
   */
  #nack(answered: ClientResponse, message: string, isAmbiguous: boolean): void {
    const content = contentOf(answered)
    for (const name of content.keys()) this.#unconfirmed.add(name)
    const words = message.split(/[ ,]+/)
    const rejected = [...content].filter(([name]) => words.includes(name))
    if (!isAmbiguous) this.#nacked.push(new Map(rejected))
  }

  /** Sending one name of a NACKed response again allows the rest of it, and of other NACKed responses with these names. */
  #allowAgain(names: readonly string[]): void {
    const touched = this.#nacked.filter((nacked) => names.some((name) => nacked.has(name)))
    const beside = new Set(touched.flatMap((nacked) => [...nacked.keys()]))
    this.#nacked = this.#nacked.filter((nacked) => ![...beside].some((name) => nacked.has(name)))
  }

  #isForAll({ typeUrl, resourceNames }: ClientRequest): boolean {
    const isLegacy =
      resourceNames.length === 0 && FULL_STATE_TYPES.includes(typeUrl) && !this.#isLegacyWildcardOff
    return isLegacy || resourceNames.includes(WILDCARD)
  }

  #noteList(request: ClientRequest): void {
    const { resourceNames } = request
    const wildcard = this.#isForAll(request)
    const isNew = (name: string) => !this.#names.has(name) || this.#givenUp.has(name)
    if (wildcard && (!this.wildcard || this.#givenUp.has(WILDCARD))) this.#requestAll()
    const names = new Set(resourceNames.filter((name) => name !== WILDCARD))
    for (const name of names) {
      if (!isNew(name)) continue
      this.#requested.add(name)
      if (this.#isResumed) this.#askedSince.add(name)
    }
    const dropped = [...this.#names].filter((name) => !names.has(name))
    for (const name of dropped) this.#requested.delete(name)
    this.wildcard = wildcard
    this.#names = names
    this.#allowAgain([...dropped, ...this.#nackedNames()].filter((name) => !this.isSubscribed(name)))
    this.#isLegacyWildcardOff ||= resourceNames.length > 0
    this.#givenUp.clear()
  }

  #noteChange({ typeUrl, subscribe, unsubscribe }: ClientRequest, isFirst: boolean): void {
    const isLegacy = isFirst && subscribe.length === 0 && LEGACY_TYPES.includes(typeUrl)
    if (unsubscribe.includes(WILDCARD)) {
      // Who asked for everything, and then for less, has not had its answer.
      if (this.#requested.has(WILDCARD)) for (const name of this.#names) this.#requested.add(name)
      this.wildcard = false
    }
    if (isLegacy || subscribe.includes(WILDCARD)) {
      this.wildcard = true
      this.#requestAll()
    }
    for (const name of unsubscribe) {
      this.#names.delete(name)
      this.#byAlias.delete(name)
    }
    for (const name of subscribe) {
      this.#requested.add(name)
      if (name !== WILDCARD) this.#names.add(name)
    }
    this.#noteUnreadAnswers()
    for (const name of unsubscribe) {
      if (this.isSubscribed(name)) this.#requested.add(name)
      else this.#requested.delete(name)
    }
    // Who gives up a collection may drop what it also lists.
    for (const name of this.#names)
      if (unsubscribe.includes(collectionOf(name) ?? '')) this.#requested.add(name)
    this.#allowAgain(this.#nackedNames().filter((name) => !this.isSubscribed(name)))
  }

  /** X91: a response on its way brings a virtual host as the answer to a name that the client has kept or asked for again. */
  #noteUnreadAnswers(): void {
    for (const { aliases } of this.#pending.values())
      for (const [host, others] of aliases ?? [])
        if (others.some((name) => this.#names.has(name))) this.#byAlias.add(host)
  }

  /** X89: what a client reports needs no answer, and waits for its stage. A SotW client reports all names that it lists. */
  #noteReported({ versionInfo, initialResourceVersions }: ClientRequest, protocol: Protocol): void {
    this.#isResumed = protocol === 'sotw' ? versionInfo !== '' : initialResourceVersions.size > 0
    if (protocol === 'delta') for (const name of initialResourceVersions.keys()) this.#requested.delete(name)
  }

  /** Who asks for everything gets it at once, whatever the first request reported. */
  #requestAll(): void {
    this.#requested.add(WILDCARD)
    this.#isResumed = false
  }

  #nackedNames(): string[] {
    return this.#nacked.flatMap((nacked) => [...nacked.keys()])
  }
}

function contentOf({ resources, removed }: ClientResponse): Map<string, string | undefined> {
  const present = resources.map(({ name, version }) => [name, version] as const)
  return new Map([...present, ...removed.map((name) => [name, undefined] as const)])
}
