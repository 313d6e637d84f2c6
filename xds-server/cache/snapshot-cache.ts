// The snapshot cache: what each group of nodes is served, which nodes are connected, and what each has ACKed or NACKed.

import { EventEmitter, on } from 'node:events'
import type { Node } from '@envoy/xds-protos/envoy/config/core/v3/base_pb.js'
import { type Problem, SwitchyardError } from '../../core/errors.ts'
import type { XdsEvent } from '../nodes/events.ts'
import type { NackLog } from '../nodes/nack-log.ts'
import { type NodeGroup, nodeGroupOf } from '../nodes/node-group.ts'
import { NodeRegistry } from '../nodes/node-registry.ts'
import type { NodeStatus, SyncReport } from '../nodes/status.ts'
import { SyncWaiters } from '../nodes/sync-waiters.ts'
import { UnconfirmedResources } from '../nodes/unconfirmed.ts'
import { type ExternalNames, findDanglingReferences } from '../snapshot/consistency.ts'
import { listenerAddressOf } from '../snapshot/listener-address.ts'
import { CORE_MESSAGES, type MessageRegistry } from '../snapshot/message-registry.ts'
import { createResources, describeResource, type Resource, type ResourceInput } from '../snapshot/resource.ts'
import { canonicalTypeUrl } from '../snapshot/resource-type.ts'
import { createContent, type Snapshot, type SnapshotContent } from '../snapshot/snapshot.ts'
import {
  changeTypeSnapshot,
  emptyTypeSnapshot,
  replaceTypeSnapshot,
  type TypeSnapshot,
} from '../snapshot/type-snapshot.ts'
import { openWatch, type Watch, type WatchSource } from './watch.ts'

export interface SnapshotCacheOptions {
  /** The group of a node, which decides the snapshot that the node is served. Default: `node.cluster`, or `node.id` if that is empty. */
  readonly nodeGroup?: NodeGroup
  /** The address of a node's listeners that have none. Default: `switchyard.listener_address` in the node's metadata, or 127.0.0.1. */
  readonly listenerAddress?: (node: Node) => string
  /** `enforce` rejects snapshots with dangling references (`findDanglingReferences`). Default: `off`. */
  readonly consistency?: 'off' | 'enforce'
  /** Names that clients have from elsewhere, which `enforce` accepts: `{ [CLUSTER]: ['xds_cluster'] }`. Default: none. */
  readonly external?: ExternalNames
  /** Keeps NACKs over a restart of the server (`openNackLog`). Default: memory only. */
  readonly nackLog?: NackLog
  /** The messages that resources may pack. Default: the core messages (`createMessageRegistry`). */
  readonly messages?: MessageRegistry
}

export interface VersionOptions {
  /**
   * The `version_info` (SotW) or `system_version_info` (delta) of all types, or of each type URL. Default: hashes of the content.
   */
  readonly version?: string | Readonly<Record<string, string>>
}

export interface SnapshotChange {
  readonly upsert?: Iterable<ResourceInput>
  /** Names that the snapshot does not have are ignored. */
  readonly remove?: Iterable<{ readonly typeUrl: string; readonly name: string }>
}

/** A validated snapshot that is not served yet. `commitSnapshot` serves it. */
export interface PreparedSnapshot {
  readonly snapshot: SnapshotContent
  /** What the group was served when this one was prepared. */
  readonly previous: Snapshot | undefined
}

/**
 * Holds one snapshot for each group of nodes, and the status of the nodes that a server serves from it.
 * Terms: https://www.envoyproxy.io/docs/envoy/latest/api-docs/xds_protocol
 */
export class SnapshotCache {
  /** The messages that resources may pack. */
  readonly messages: MessageRegistry
  readonly #nodeGroup: NodeGroup
  readonly #listenerAddress: (node: Node) => string
  readonly #consistency: 'off' | 'enforce'
  readonly #external: ExternalNames
  readonly #snapshots = new Map<string, Snapshot>()
  readonly #lastKnownGood = new Map<string, { readonly snapshot: Snapshot }>()
  readonly #watches = new Map<string, Set<Watch>>()
  readonly #registry = new NodeRegistry()
  readonly #waiters = new SyncWaiters(this.#registry)
  readonly #unconfirmed: UnconfirmedResources
  readonly #emitter = new EventEmitter<{ event: [XdsEvent] }>().setMaxListeners(0)
  #sequence = 0

  constructor(options: SnapshotCacheOptions = {}) {
    this.messages = options.messages ?? CORE_MESSAGES
    this.#nodeGroup = options.nodeGroup ?? nodeGroupOf
    this.#listenerAddress = options.listenerAddress ?? listenerAddressOf
    this.#consistency = options.consistency ?? 'off'
    this.#external = options.external ?? {}
    this.#unconfirmed = new UnconfirmedResources(options.nackLog)
  }

  /**
   * Serves these resources to a group, and no others. If the content is equal to what is served, nothing is pushed.
   * @param group as `nodeGroup` returns it
   * @returns the snapshot that is served now
   * @throws SwitchyardError `invalid-argument`, `duplicate-resource`, `version-reused`, or with `consistency: 'enforce'`
   * `inconsistent-snapshot`. It lists all problems, and the group keeps its snapshot.
   */
  setSnapshot(group: string, resources: Iterable<ResourceInput>, options: VersionOptions = {}): Snapshot {
    return this.commitSnapshot(this.prepareSnapshot(group, resources, options))
  }

  /** The first half of `setSnapshot`: validates, throws like it, and serves nothing yet. */
  prepareSnapshot(
    group: string,
    resources: Iterable<ResourceInput>,
    options: VersionOptions = {},
  ): PreparedSnapshot {
    const made = createResources(resources, this)
    const byType = Map.groupBy(made, ({ typeUrl }) => typeUrl)
    if ([...byType.values()].some(hasDuplicates)) rejectDuplicates(made)
    const before = this.#snapshots.get(group)?.given ?? new Map<string, TypeSnapshot>()
    // A type that is left out now is emptied, so that its resources are removed at the nodes.
    for (const typeUrl of before.keys()) if (!byType.has(typeUrl)) byType.set(typeUrl, [])
    const types = [...byType].map(([typeUrl, list]) =>
      replaceTypeSnapshot(
        before.get(typeUrl) ?? emptyTypeSnapshot(typeUrl),
        list,
        versionFor(typeUrl, options),
      ),
    )
    return this.#prepare(group, new Map(types.map((type) => [type.typeUrl, type])))
  }

  /** The second half: serves it. @throws SwitchyardError `invalid-argument` if the group is served another snapshot by now */
  commitSnapshot({ snapshot, previous }: PreparedSnapshot): Snapshot {
    const { group } = snapshot
    if (this.#snapshots.get(group) !== previous) {
      throw new SwitchyardError(
        'invalid-argument',
        `the snapshot of "${group}" has changed since this one was prepared: prepare it again`,
      )
    }
    if (previous !== undefined && isSame(previous, snapshot)) return previous
    this.#sequence += 1
    const served = { ...snapshot, sequence: this.#sequence }
    this.#snapshots.set(group, served)
    const versions = Object.fromEntries([...served.types].map(([typeUrl, { version }]) => [typeUrl, version]))
    this.#emit({ kind: 'snapshot', group, versions })
    this.#notify(group)
    return served
  }

  /** Changes some resources of a group and keeps the others. A group without a snapshot gets one. Throws like `setSnapshot`. */
  updateSnapshot(group: string, change: SnapshotChange, options: VersionOptions = {}): Snapshot {
    const upserts = createResources(change.upsert ?? [], this)
    const removals = [...(change.remove ?? [])].map(({ typeUrl, name }) => ({
      typeUrl: canonicalTypeUrl(typeUrl),
      name,
    }))
    rejectDuplicates([...upserts, ...removals])
    const given = new Map(this.#snapshots.get(group)?.given)
    const upsertsOf = Map.groupBy(upserts, ({ typeUrl }) => typeUrl)
    const removalsOf = Map.groupBy(removals, ({ typeUrl }) => typeUrl)
    for (const typeUrl of new Set([...upsertsOf.keys(), ...removalsOf.keys()])) {
      const before = given.get(typeUrl) ?? emptyTypeSnapshot(typeUrl)
      const names = (removalsOf.get(typeUrl) ?? []).map(({ name }) => name)
      const changes = { upserts: upsertsOf.get(typeUrl) ?? [], removals: names }
      const type = changeTypeSnapshot(before, changes, versionFor(typeUrl, options))
      if (type.resources.size > 0 || given.has(typeUrl)) given.set(typeUrl, type)
    }
    return this.commitSnapshot(this.#prepare(group, given))
  }

  /** Removes the snapshot of a group. Its nodes keep what they have, and new nodes wait for a snapshot. */
  clearSnapshot(group: string): void {
    if (!this.#snapshots.delete(group)) return
    this.#notify(group)
    this.#emit({ kind: 'cleared', group })
  }

  /**
   * Pins nodes that start from now on to the last known good snapshot, until `unpin`. Such a node has nothing to fall back on
   * if the newest snapshot is bad. Nodes that reconnect with resources, and connected nodes, are served the newest snapshot.
   * @param lastKnownGood an earlier snapshot of the group, as `setSnapshot` or `getSnapshot` returned it
   */
  pin(group: string, lastKnownGood: Snapshot): void {
    if (this.#lastKnownGood.get(group)?.snapshot !== lastKnownGood)
      this.#lastKnownGood.set(group, { snapshot: lastKnownGood })
  }

  /** Serves the newest snapshot to the nodes that were pinned. */
  unpin(group: string): void {
    if (this.#lastKnownGood.delete(group)) this.#notify(group)
  }

  /** The newest snapshot of a group; undefined if it has none. */
  getSnapshot(group: string): Snapshot | undefined {
    return this.#snapshots.get(group)
  }

  /** The status of the nodes of one group, or of all: connected nodes, and the last 1,000 that disconnected. */
  status(group?: string): readonly NodeStatus[] {
    const groups = group === undefined ? this.#registry.groups() : [group]
    return groups.flatMap((one) =>
      this.#registry.nodes(one).map((node) => this.#registry.describe(one, node)),
    )
  }

  /** The status of one node. A node that is unknown is `DISCONNECTED`. */
  nodeStatus(group: string, id: string): NodeStatus {
    return this.#registry.describe(group, id)
  }

  /**
   * Waits until each connected node of the group has ACKed what it is served (`synced`), a node has NACKed it (`nacked`), no node
   * is connected (`unverified`), or `signal` aborts (`pending`). The promise never rejects: a NACK is data.
   */
  synced(group: string, options: { readonly signal?: AbortSignal } = {}): Promise<SyncReport> {
    return this.#waiters.wait(group, options.signal)
  }

  /**
   * Calls the listener for each event, until the returned function is called. An error that it throws becomes an uncaught
   * exception of the process. It stops neither the streams nor the other listeners.
   */
  onEvent(listener: (event: XdsEvent) => void): () => void {
    const call = (event: XdsEvent) => {
      try {
        listener(event)
      } catch (error) {
        queueMicrotask(() => {
          throw error
        })
      }
    }
    this.#emitter.on('event', call)
    return () => this.#emitter.off('event', call)
  }

  /**
   * Iterates over the events from the first `next()` on. `signal` ends the loop without an error. Events that the loop has not
   * taken yet are kept in memory.
   */
  async *events(options: { readonly signal?: AbortSignal } = {}): AsyncGenerator<XdsEvent, void, undefined> {
    try {
      for await (const [event] of on(this.#emitter, 'event', options)) yield event
    } catch (error) {
      if (!options.signal?.aborted) throw error
    }
  }

  /** For the xDS server: follows the snapshot of a node's group for one stream. */
  watch(source: WatchSource): Watch {
    const group = this.#nodeGroup(source.node)
    const lastKnownGood = source.reportsNoVersions ? this.#lastKnownGood.get(group) : undefined
    const isPinned = () => lastKnownGood !== undefined && lastKnownGood === this.#lastKnownGood.get(group)
    const watch = openWatch(source, group, this.#listenerAddress(source.node), {
      current: () => (isPinned() ? lastKnownGood?.snapshot : this.#snapshots.get(group)),
      isPinned,
      unconfirmed: this.#unconfirmed,
      registry: this.#registry,
      emit: (event) => this.#emit(event),
      nodeChanged: () => this.#waiters.nodeChanged(group, source.node.id),
      closed: () => {
        const watches = this.#watches.get(group)
        watches?.delete(watch)
        if (watches?.size === 0) this.#watches.delete(group)
      },
    })
    const watches = this.#watches.get(group) ?? new Set<Watch>()
    this.#watches.set(group, watches.add(watch))
    return watch
  }

  /** The number of open streams. */
  get watchCount(): number {
    return [...this.#watches.values()].reduce((sum, { size }) => sum + size, 0)
  }

  /** For the xDS server: reports a request that was rejected, which ended its stream. */
  reportRejected(rejection: {
    readonly peer: string
    readonly code: number
    readonly message: string
  }): void {
    this.#emit({ kind: 'rejected', ...rejection })
  }

  #prepare(group: string, given: ReadonlyMap<string, TypeSnapshot>): PreparedSnapshot {
    const previous = this.#snapshots.get(group)
    rejectReusedVersions(given, previous)
    const snapshot = createContent(group, given, previous)
    if (this.#consistency === 'enforce') rejectDanglingReferences(snapshot, this.#external)
    return { snapshot, previous }
  }

  #notify(group: string): void {
    for (const watch of this.#watches.get(group) ?? []) watch.snapshotChanged()
    this.#waiters.groupChanged(group)
  }

  #emit(event: XdsEvent): void {
    this.#emitter.emit('event', event)
  }
}

function versionFor(typeUrl: string, { version = {} }: VersionOptions): string | undefined {
  if (typeof version === 'string') return version
  return Object.entries(version).find(([given]) => canonicalTypeUrl(given) === typeUrl)?.[1]
}

/** Compares the given types: the served types are derived from them. */
function isSame(a: SnapshotContent, b: SnapshotContent): boolean {
  return (
    a.given.size === b.given.size && [...a.given].every(([typeUrl, type]) => b.given.get(typeUrl) === type)
  )
}

function hasDuplicates(resources: readonly Resource[]): boolean {
  return new Set(resources.map(({ name }) => name)).size < resources.length
}

function rejectDuplicates(resources: readonly Pick<Resource, 'typeUrl' | 'name'>[]): void {
  const firsts = new Map<string, number>()
  const problems: Problem[] = []
  for (const [index, resource] of resources.entries()) {
    const key = `${resource.typeUrl} ${resource.name}`
    const first = firsts.get(key)
    if (first === undefined) {
      firsts.set(key, index)
    } else {
      const message = `${describeResource(resource)} is also at resources[${first}]: give each resource of a type its own name`
      problems.push({ path: `resources[${index}]`, message })
    }
  }
  if (problems.length > 0) {
    throw new SwitchyardError(
      'duplicate-resource',
      'two resources of one type have the same name, so nothing was changed',
      {
        problems,
      },
    )
  }
}

/** To a client, equal versions mean equal content. So a version that is served cannot get other content. */
function rejectReusedVersions(
  given: ReadonlyMap<string, TypeSnapshot>,
  previous: Snapshot | undefined,
): void {
  const problems: Problem[] = []
  for (const { typeUrl, version, contentVersion } of given.values()) {
    const before = previous?.given.get(typeUrl) ?? emptyTypeSnapshot(typeUrl)
    if (before.version === version && before.contentVersion !== contentVersion) {
      problems.push({
        path: typeUrl,
        message: `version "${version}" is already served with other content: set a new version, or none`,
      })
    }
  }
  if (problems.length > 0) {
    throw new SwitchyardError(
      'version-reused',
      'a version is used for two contents, so nothing was changed',
      {
        problems,
      },
    )
  }
}

function rejectDanglingReferences(snapshot: SnapshotContent, external: ExternalNames): void {
  const problems = findDanglingReferences(snapshot, { external })
  if (problems.length > 0) {
    throw new SwitchyardError(
      'inconsistent-snapshot',
      `the snapshot of "${snapshot.group}" is inconsistent, so nothing was changed`,
      { problems },
    )
  }
}
