// What a server can know of one type on one stream: what is asked for, what was sent, and how it was answered.

import {
  type ClientRequest,
  type ClientResource,
  type ClientResponse,
  EVERYTHING,
  WHOLE_TYPES,
} from '../../support/client-state.ts'

type Protocol = 'sotw' | 'delta'

export class SeenType {
  wildcard = false
  lastNonce = ''
  /** Names that the client has accepted, here or on an earlier stream, and was not told to drop since. */
  readonly accepted: Set<string>
  readonly #unanswered = new Map<string, ClientResponse>()
  #names = new Set<string>()
  #isNamed = false
  /** What waits for an answer, whatever the client holds: names, or everything. */
  readonly #asked = new Set<string>([EVERYTHING])
  /** The version under which each name was last sent; absent where it was taken away. */
  readonly #sent = new Map<string, string | undefined>()
  /** Refused responses, of which nothing was changed since: by name, the version. */
  #refused: ReadonlyMap<string, string | undefined>[] = []
  readonly #doubtful = new Set<string>()

  constructor(held: Iterable<string>) {
    this.accepted = new Set(held)
  }

  wants(name: string): boolean {
    return this.wildcard || this.#names.has(name)
  }

  ask(name: string): void {
    this.#asked.add(name)
  }

  isAsked(name: string): boolean {
    return this.#asked.has(name)
  }

  /** A response may speak of what is subscribed, and of what was given up under the wildcard. */
  concerns(name: string): boolean {
    return this.wants(name) || this.isAsked(name)
  }

  sentNames(): string[] {
    return [...this.#sent].filter(([, version]) => version !== undefined).map(([name]) => name)
  }

  /** New to the client, and not an answer. */
  isPushOf({ name, version }: ClientResource): boolean {
    return this.#sent.get(name) !== version && !this.isAsked(name)
  }

  /** Refused content once more, though nobody asked and nothing else in the response is new. */
  repeatsRefusal({ resources }: ClientResponse, removed: readonly string[]): boolean {
    if (this.#asked.size > 0) return false
    const isNews = ({ name, version }: { name: string; version?: string }) => this.#sent.get(name) !== version
    if (resources.some(isNews) || removed.some((name) => isNews({ name }))) return false
    return resources.some(({ name, version }) =>
      this.#refused.some((refused) => refused.get(name) === version),
    )
  }

  /** A request that is not stale. */
  hear(request: ClientRequest, protocol: Protocol, isFirst: boolean): void {
    if (!isFirst) this.hearAnswer(request, protocol)
    if (protocol === 'sotw') this.#hearList(request)
    else this.#hearChange(request, isFirst)
  }

  /** An ACK or a NACK; false where no such response waits for one. */
  hearAnswer({ responseNonce, errorDetail }: ClientRequest, protocol: Protocol): boolean {
    const answered = this.#unanswered.get(responseNonce)
    if (answered === undefined) return false
    for (const nonce of this.#unanswered.keys()) {
      // Whoever answers a state of the world has read those before it, and will not answer them any more.
      if (nonce === responseNonce || protocol === 'sotw') this.#unanswered.delete(nonce)
      if (nonce === responseNonce) break
    }
    if (errorDetail === undefined) this.#accept(answered)
    else this.#refuse(answered)
    return true
  }

  /** Whether the client has refused a response with this name, and accepted none since. */
  isRefused(name: string): boolean {
    return this.#doubtful.has(name)
  }

  /** Once other content is served under a refused name, all that stood beside it may be tried again. */
  hearServed(versionOf: (name: string) => string | undefined): void {
    const isOther = ([name, version]: readonly [string, string | undefined]) => versionOf(name) !== version
    this.#forget(this.#refused.flatMap((refused) => [...refused].filter(isOther).map(([name]) => name)))
  }

  /** SotW: one response is under way at a time, unless the client takes everything by a list without names. */
  mayBeSentOn(typeUrl: string): boolean {
    return (
      this.#unanswered.size === 0 ||
      (WHOLE_TYPES.includes(typeUrl) && this.wildcard && this.#names.size === 0)
    )
  }

  /** A response that was sent. */
  note(response: ClientResponse, removed: readonly string[], protocol: Protocol): void {
    this.lastNonce = response.nonce
    this.#unanswered.set(response.nonce, { ...response, removed })
    for (const { name, version } of response.resources) this.#sent.set(name, version)
    for (const name of removed) this.#sent.set(name, undefined)
    this.#asked.delete(EVERYTHING)
    for (const { name } of response.resources) this.#asked.delete(name)
    for (const name of removed) this.#asked.delete(name)
    // In the state of the world no answer says that there is none.
    if (protocol === 'sotw') this.#asked.clear()
  }

  #accept({ resources, removed }: ClientResponse): void {
    for (const name of removed) this.accepted.delete(name)
    const names = resources.map(({ name }) => name).filter((name) => this.#sent.get(name) !== undefined)
    for (const name of names) this.accepted.add(name)
    for (const name of names) this.#doubtful.delete(name)
    this.#forget(names)
  }

  #refuse(answered: ClientResponse): void {
    const content = contentOf(answered)
    for (const name of content.keys()) this.#doubtful.add(name)
    this.#refused.push(content)
  }

  /** With one name of a refused response all that stood in it may be tried again, and stands so in other responses too. */
  #forget(names: readonly string[]): void {
    const touched = this.#refused.filter((refused) => names.some((name) => refused.has(name)))
    const beside = new Set(touched.flatMap((refused) => [...refused.keys()]))
    this.#refused = this.#refused.filter((refused) => ![...beside].some((name) => refused.has(name)))
  }

  #hearList({ typeUrl, resourceNames }: ClientRequest): void {
    const isLegacy = resourceNames.length === 0 && WHOLE_TYPES.includes(typeUrl) && !this.#isNamed
    const wildcard = isLegacy || resourceNames.includes(EVERYTHING)
    if (wildcard && !this.wildcard) this.#asked.add(EVERYTHING)
    const names = new Set(resourceNames.filter((name) => name !== EVERYTHING))
    for (const name of names) if (!this.#names.has(name)) this.#asked.add(name)
    for (const name of this.#names) if (!names.has(name)) this.#asked.delete(name)
    this.wildcard = wildcard
    this.#names = names
    this.#isNamed ||= resourceNames.length > 0
  }

  #hearChange({ typeUrl, subscribe, unsubscribe }: ClientRequest, isFirst: boolean): void {
    const isLegacy = isFirst && subscribe.length === 0 && WHOLE_TYPES.includes(typeUrl)
    if (unsubscribe.includes(EVERYTHING)) this.wildcard = false
    if (isLegacy || subscribe.includes(EVERYTHING)) {
      this.wildcard = true
      this.#asked.add(EVERYTHING)
    }
    for (const name of unsubscribe) {
      this.#names.delete(name)
      if (this.wildcard) this.#asked.add(name)
      else this.#asked.delete(name)
    }
    for (const name of subscribe) {
      this.#asked.add(name)
      if (name !== EVERYTHING) this.#names.add(name)
    }
  }
}

function contentOf({ resources, removed }: ClientResponse): Map<string, string | undefined> {
  const present = resources.map(({ name, version }) => [name, version] as const)
  return new Map([...present, ...removed.map((name) => [name, undefined] as const)])
}
