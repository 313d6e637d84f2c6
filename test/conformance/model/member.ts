// One client of the model, with its current link. It reads when a command says so, and can be compared with what is served.

import { fromBinary } from '@bufbuild/protobuf'
import { RuntimeSchema } from '@envoy/xds-protos/envoy/service/runtime/v3/rtds_pb.js'
import { notFound } from '../../../xds-server/snapshot/resource-error.ts'
import { RUNTIME, VIRTUAL_HOST } from '../../../xds-server/snapshot/resource-type.ts'
import { errorsIn, type Snapshot, typeIn } from '../../../xds-server/snapshot/snapshot.ts'
import { virtualHostFor } from '../../../xds-server/snapshot/virtual-host-domains.ts'
import {
  type ClientRequest,
  type ClientResource,
  ClientState,
  collectionOf,
  FULL_STATE_TYPES,
  type IsRejected,
} from '../../support/client-state.ts'
import { ENVOY, envoyWithLayers, FollowingClient, grpcClient } from '../../support/following-client.ts'
import type { Link, LinkOptions } from './link.ts'
import { LAYERS, type Types } from './world.ts'

/** Envoys and gRPC clients subscribe to what their resources refer to. A free client subscribes to what the commands say. */
export const KINDS = ['envoy', 'grpc', 'free'] as const
export type Kind = (typeof KINDS)[number]

/** More responses than any history of the model causes. */
const MANY = 500

export interface MemberOptions {
  readonly protocol: 'sotw' | 'delta'
  readonly kind: Kind
  readonly types: Types
  readonly rejects: IsRejected
  readonly open: (id: string, client: ClientState, options: LinkOptions) => Link
}

export class Member {
  readonly title: string
  readonly client: ClientState
  readonly #options: MemberOptions
  readonly #following: FollowingClient | undefined
  #link: Link
  /** What it had of layers that it did not list, when it reconnected. */
  #unlistedLayers: ReadonlySet<ClientResource> = new Set()

  constructor(options: MemberOptions) {
    const { protocol, kind, types } = options
    this.#options = options
    this.title = `${kind}-${protocol}`
    if (kind !== 'free') {
      const envoy = types === 'core' ? ENVOY : envoyWithLayers(...LAYERS)
      this.#following = new FollowingClient(protocol, kind === 'envoy' ? envoy : grpcClient('l'))
    }
    this.client = this.#following?.state ?? new ClientState(protocol)
    this.#link = this.#open()
    this.#send(this.#following?.start() ?? [])
  }

  #open(): Link {
    const { kind, open } = this.#options
    return open(this.title, this.client, { readsErrors: this.#readsErrors, takesTtls: kind !== 'grpc' })
  }

  /** Envoys do not. */
  get #readsErrors(): boolean {
    return this.#options.kind !== 'envoy'
  }

  get isFree(): boolean {
    return this.#following === undefined
  }

  /** In SotW, subscribing to a name that is in the list says nothing, so the client unsubscribes from it first. */
  subscribe(typeUrl: string, names: readonly string[]): void {
    if (this.client.isOpen(typeUrl) && names.length === 0) return
    if (this.client.protocol === 'sotw' && typeUrl === VIRTUAL_HOST) return
    const isListed = (name: string) => this.client.names(typeUrl).has(name)
    if (this.client.protocol === 'sotw') this.unsubscribe(typeUrl, names.filter(isListed))
    this.#send([this.client.subscribe(typeUrl, names)])
  }

  unsubscribe(typeUrl: string, names: readonly string[]): void {
    const mine = names.filter((name) => this.client.canUnsubscribe(typeUrl, name))
    if (mine.length > 0) this.#send([this.client.unsubscribe(typeUrl, mine)])
  }

  /** Reads and answers one response. False without a pending response. */
  read(): boolean {
    const response = this.#link.inbox.shift()
    if (response === undefined) return false
    this.#send(this.#answer(response))
    return true
  }

  /** Heartbeats are due. If they are late, the client drops all that expires. */
  beat(isLate: boolean): void {
    if (isLate) this.client.expire()
    this.#link.beat(isLate)
  }

  call(routes: string, host: string): void {
    this.#send(this.#following?.call(routes, host) ?? [])
  }

  age(): void {
    this.#link.age()
    this.#comeBack()
  }

  /** What the client sends after the end of its stream is lost: it says all that matters again on the next one. */
  #send(requests: readonly ClientRequest[]): void {
    for (const request of requests) if (!this.#link.hasEnded) this.#link.send(request)
    this.#comeBack()
  }

  /** Reconnects if the server has ended the stream. What was sent before is read before. */
  #comeBack(): void {
    if (!this.#link.hasEnded) return
    for (const response of this.#link.inbox) this.#answer(response)
    this.reconnect(false)
  }

  block(): void {
    this.#link.block()
  }

  unblock(): void {
    this.#link.unblock()
  }

  /** X70: what a client by `*` has from an earlier stream, and does not list, no server knows in SotW. Envoy lists its layers. */
  #mustBeEmpty(layer: ClientResource): boolean {
    return !isEmptyLayer(layer) && !this.#unlistedLayers.has(layer)
  }

  /** Reconnects on a new stream. A nonce of the old stream has no meaning there, even if it is sent. */
  reconnect(withOldNonce: boolean): void {
    this.#link.close()
    this.#link = this.#open()
    const requests = this.#following?.reconnect() ?? this.client.reconnect()
    const layers = [...this.client.held(RUNTIME).values()]
    this.#unlistedLayers = new Set(layers.filter(({ name }) => !this.client.names(RUNTIME).has(name)))
    this.#send(
      requests.map((request) =>
        withOldNonce ? { ...request, responseNonce: 'of-the-old-stream' } : request,
      ),
    )
    if (requests.length === 0) this.#send(this.#following?.start() ?? [])
  }

  close(): void {
    this.#link.close()
  }

  /** Reads until no response is left. `isServed` says which endpoints are served. @throws Error if responses never end. */
  async settle(isServed: (assignment: string) => boolean): Promise<void> {
    this.#link.unblock()
    for (let reads = 0; reads < MANY; reads += 1) {
      if (this.read()) continue
      await this.#link.settled()
      if (this.#link.inbox.length > 0 || this.#timeOut(isServed)) continue
      if (this.#link.isEnding) throw new Error(`X81: the stream of ${this.title} does not end`)
      return
    }
    throw new Error(`${this.title} is sent responses without end`)
  }

  /** The differences between what is in effect and what is served. `isKnown` says which names can be compared. */
  differences(truth: Snapshot, isChecked: (typeUrl: string, name: string) => boolean): string[] {
    const warming = [...(this.#following?.warming ?? [])].map((name) => `"${name}" never got its endpoints`)
    const waiting = isChecked(VIRTUAL_HOST, '') ? (this.#following?.waitingForHosts ?? []) : []
    return [
      ...warming,
      ...waiting.map((name) => `virtual host "${name}" was never answered`),
      ...this.#unansweredAliases(truth, isChecked),
      ...this.client.typeUrls.flatMap((typeUrl) => this.#differencesOf(typeUrl, truth, isChecked)),
      ...this.client.typeUrls.flatMap((typeUrl) => this.#wrongErrors(typeUrl, truth, isChecked)),
    ].map((difference) => `${this.title}: ${difference}`)
  }

  /**
   * X72 and X73: the client remembers the error of each name that it subscribes to and that does not exist. A name whose removal waits
   * has none yet.
   */
  #wrongErrors(
    typeUrl: string,
    truth: Snapshot,
    isChecked: (typeUrl: string, name: string) => boolean,
  ): string[] {
    const mayKeep = this.#mayKeep(truth)
    const isMissing = (name: string) =>
      isChecked(typeUrl, name) &&
      !typeIn(truth, typeUrl).resources.has(name) &&
      !this.client.held(typeUrl).has(name) &&
      // A glob collection may be empty, and a virtual host of another name may serve a host.
      collectionOf(name) !== name &&
      (typeUrl !== VIRTUAL_HOST || virtualHostFor(truth, name) === undefined)
    return [...this.client.names(typeUrl)].filter(isMissing).flatMap((name) => {
      const right = errorsIn(truth, typeUrl).get(name) ?? notFound(truth.group, typeUrl, name)
      const found = this.#link.errorOf(typeUrl, name)
      // VHDS: nobody says why the virtual host is gone that served a name.
      const expected = this.#readsErrors && (found || typeUrl !== VIRTUAL_HOST) ? right.message : undefined
      const isRight = found === expected
      return isRight || (mayKeep && found === undefined)
        ? []
        : [`${typeUrl} "${name}" has the error ${found}`]
    })
  }

  /** X90: the virtual host that serves a name is the answer to it, whatever its own name. */
  #unansweredAliases(truth: Snapshot, isChecked: (typeUrl: string, name: string) => boolean): string[] {
    return [...this.client.names(VIRTUAL_HOST)].flatMap((name) => {
      const host = virtualHostFor(truth, name)?.name
      const isAnswered =
        host === undefined || !isChecked(VIRTUAL_HOST, host) || this.client.held(VIRTUAL_HOST).has(host)
      return isAnswered ? [] : [`virtual host "${name}" is not answered by "${host}"`]
    })
  }

  #differencesOf(
    typeUrl: string,
    truth: Snapshot,
    isChecked: (typeUrl: string, name: string) => boolean,
  ): string[] {
    const held = this.client.held(typeUrl)
    const wanted = typeIn(truth, typeUrl).resources
    const isSilent = this.client.protocol === 'sotw' && !FULL_STATE_TYPES.includes(typeUrl)
    const names = new Set([...held.keys(), ...wanted.names()])
    return [...names].flatMap((name) => {
      if (!this.client.isSubscribed(typeUrl, name) || !isChecked(typeUrl, name)) return []
      const [mine, theirs] = [held.get(name), wanted.get(name)]
      // SotW never removes resources of these types, so they may stay.
      if (theirs === undefined && isSilent && typeUrl === RUNTIME && mine && this.#mustBeEmpty(mine))
        return [`layer "${name}" should be empty`]
      // Nothing uses a layer, so nobody may keep it.
      if (theirs === undefined && (isSilent || (typeUrl !== RUNTIME && this.#mayKeep(truth)))) return []
      if (mine && theirs && Buffer.compare(mine.value, theirs.value) === 0) return []
      if (mine === theirs) return []
      if (mine === undefined && theirs && this.#mayHaveExpired(theirs, isChecked)) return []
      const what = mine === undefined ? 'is missing' : theirs === undefined ? 'should be gone' : 'is another'
      return [`${typeUrl} "${name}" ${what}`]
    })
  }

  /**
   * X59: beside a NACK after a reconnect, nothing of a full-state type gets heartbeats in SotW. X69: while Envoy keeps a bad layer, it
   * NACKs the others too, and what is NACKed is not sent anew.
   */
  #mayHaveExpired(
    { typeUrl, ttlMs }: Pick<ClientResource, 'ttlMs'> & { readonly typeUrl: string },
    isChecked: (typeUrl: string, name: string) => boolean,
  ): boolean {
    const isNacked = !isChecked(VIRTUAL_HOST, '')
    const { protocol } = this.client
    if (!isNacked || ttlMs === undefined) return false
    return typeUrl === RUNTIME || (protocol === 'sotw' && FULL_STATE_TYPES.includes(typeUrl))
  }

  /** X43: a client by name keeps what is gone until it has asked for all that its resources refer to. */
  #mayKeep(truth: Snapshot): boolean {
    const { client } = this
    const active = client.typeUrls.filter((typeUrl) => client.names(typeUrl).size > 0)
    if (client.typeUrls.some((typeUrl) => client.hasWildcard(typeUrl))) return false
    const mine = active.flatMap((typeUrl) =>
      typeIn(truth, typeUrl).list.filter(({ name }) => client.isSubscribed(typeUrl, name)),
    )
    return mine.some(({ references }) =>
      references.some(
        ({ typeUrl, name }) =>
          active.includes(typeUrl) &&
          typeIn(truth, typeUrl).resources.has(name) &&
          !client.isSubscribed(typeUrl, name),
      ),
    )
  }

  #timeOut(isServed: (assignment: string) => boolean): boolean {
    const inVain = [...(this.#following?.warming ?? [])].filter((name) => !isServed(name))
    this.#send(this.#following?.timeOut(inVain) ?? [])
    return inVain.length > 0
  }

  #answer(response: Parameters<ClientState['receive']>[0]): ClientRequest[] {
    if (this.#following) return this.#following.receive(response, this.#options.rejects)
    return [this.client.answer(response, this.client.receive(response, this.#options.rejects))]
  }
}

/** X70: SotW cannot delete a layer. */
function isEmptyLayer({ value }: ClientResource): boolean {
  return fromBinary(RuntimeSchema, value).layer === undefined
}
