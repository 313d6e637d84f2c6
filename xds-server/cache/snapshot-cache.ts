// The cache: what each group of nodes is to be served, who is being served, and how far they are.

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
import { findDanglingReferences } from '../snapshot/consistency.ts'
import { listenerAddressOf } from '../snapshot/listener-address.ts'
import { createResources, describeResource, type Resource, type ResourceInput } from '../snapshot/resource.ts'
import { createContent, type Snapshot, type SnapshotContent } from '../snapshot/snapshot.ts'
import {
  changeTypeSnapshot,
  emptyTypeSnapshot,
  replaceTypeSnapshot,
  type TypeSnapshot,
} from '../snapshot/type-snapshot.ts'
import { openWatch, type Watch, type WatchSource } from './watch.ts'

export interface SnapshotCacheOptions {
  /** Which snapshot a node is served. Default: that of `node.cluster`, else of `node.id`. */
  readonly nodeGroup?: NodeGroup
  /** The address for listeners that have none. Default: `switchyard.listener_address` in the node's metadata, else 127.0.0.1. */
  readonly listenerAddress?: (node: Node) => string
  /** `enforce` refuses snapshots with references that lead nowhere. Default: `off`. */
  readonly consistency?: 'off' | 'enforce'
  /** Keeps what nodes refused beyond a restart (`openNackLog`). Default: memory only. */
  readonly nackLog?: NackLog
}

export interface VersionOptions {
  /** One version for all types, or one for each type URL. Default: hashes of the content. */
  readonly version?: string | Readonly<Record<string, string>>
}

export interface SnapshotChange {
  readonly upsert?: Iterable<ResourceInput>
  /** Names that are not there are passed over. */
  readonly remove?: Iterable<{ readonly typeUrl: string; readonly name: string }>
}

/** What a group would be served, found good; `commitSnapshot` serves it. */
export interface PreparedSnapshot {
  readonly snapshot: SnapshotContent
  /** What the group was served then. */
  readonly previous: Snapshot | undefined
}

export class SnapshotCache {
  readonly #nodeGroup: NodeGroup
  readonly #listenerAddress: (node: Node) => string
  readonly #consistency: 'off' | 'enforce'
  readonly #snapshots = new Map<string, Snapshot>()
  readonly #lastKnownGood = new Map<string, { readonly snapshot: Snapshot }>()
  readonly #watches = new Map<string, Set<Watch>>()
  readonly #registry = new NodeRegistry()
  readonly #waiters = new SyncWaiters(this.#registry)
  readonly #unconfirmed: UnconfirmedResources
  readonly #emitter = new EventEmitter<{ event: [XdsEvent] }>().setMaxListeners(0)
  #sequence = 0

  constructor(options: SnapshotCacheOptions = {}) {
    this.#nodeGroup = options.nodeGroup ?? nodeGroupOf
    this.#listenerAddress = options.listenerAddress ?? listenerAddressOf
    this.#consistency = options.consistency ?? 'off'
    this.#unconfirmed = new UnconfirmedResources(options.nackLog)
  }

  /**
   * Serves a group these resources and no others. Content equal to what is served pushes nothing.
   * @throws SwitchyardError `invalid-argument`, `duplicate-resource`, `version-reused`, or `inconsistent-snapshot` where
   * consistency is enforced; each lists all problems, and what is served stays.
   */
  setSnapshot(group: string, resources: Iterable<ResourceInput>, options: VersionOptions = {}): Snapshot {
    return this.commitSnapshot(this.prepareSnapshot(group, resources, options))
  }

  /** The first half of `setSnapshot`: throws as it does, and serves nothing yet. */
  prepareSnapshot(
    group: string,
    resources: Iterable<ResourceInput>,
    options: VersionOptions = {},
  ): PreparedSnapshot {
    const made = createResources(resources)
    const byType = Map.groupBy(made, ({ typeUrl }) => typeUrl)
    if ([...byType.values()].some(hasDuplicates)) refuseDuplicates(made)
    const before = this.#snapshots.get(group)?.given ?? new Map<string, TypeSnapshot>()
    // A type that is left out now was not left out by mistake: its resources are gone.
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

  /** The second half: serves it. @throws SwitchyardError `invalid-argument` where the group is served something else by now */
  commitSnapshot({ snapshot, previous }: PreparedSnapshot): Snapshot {
    const { group } = snapshot
    if (this.#snapshots.get(group) !== previous) {
      throw new SwitchyardError(
        'invalid-argument',
        `"${group}" is served another snapshot since this one was prepared: prepare it again`,
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

  /** Changes some resources of a group and leaves the others; a group without a snapshot gets one. Throws as `setSnapshot` does. */
  updateSnapshot(group: string, change: SnapshotChange, options: VersionOptions = {}): Snapshot {
    const upserts = createResources(change.upsert ?? [])
    const removals = [...(change.remove ?? [])]
    refuseDuplicates([...upserts, ...removals])
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

  /** Forgets a group's snapshot: its nodes keep what they have, and new ones wait. */
  clearSnapshot(group: string): void {
    if (!this.#snapshots.delete(group)) return
    this.#notify(group)
    this.#emit({ kind: 'cleared', group })
  }

  /**
   * Puts the group's newest snapshot on trial: nodes that start from now on, with nothing to go back to, are served
   * `lastKnownGood` in its place until `unpin`. Nodes that hold something are served the newest all the same.
   */
  pin(group: string, lastKnownGood: Snapshot): void {
    if (this.#lastKnownGood.get(group)?.snapshot !== lastKnownGood)
      this.#lastKnownGood.set(group, { snapshot: lastKnownGood })
  }

  /** Ends the trial: whoever was held back is served the newest snapshot. */
  unpin(group: string): void {
    if (this.#lastKnownGood.delete(group)) this.#notify(group)
  }

  getSnapshot(group: string): Snapshot | undefined {
    return this.#snapshots.get(group)
  }

  /** The nodes of a group, or of all: those connected, and the last 1,000 that were. */
  status(group?: string): readonly NodeStatus[] {
    const groups = group === undefined ? this.#registry.groups() : [group]
    return groups.flatMap((one) =>
      this.#registry.nodes(one).map((node) => this.#registry.describe(one, node)),
    )
  }

  /**
   * Answers when each connected node of the group holds what it is served, when one refuses it, when none is connected,
   * or when `signal` aborts. Never rejects: a NACK is data.
   */
  synced(group: string, options: { readonly signal?: AbortSignal } = {}): Promise<SyncReport> {
    return this.#waiters.wait(group, options.signal)
  }

  /**
   * Calls the listener at each event until the returned function is called. What it throws is an uncaught exception of the
   * process, and stops neither the streams nor the other listeners.
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
   * The events from the first `next()` on, until the loop is left or `signal` aborts, which ends it without an error. Those
   * that are not taken are kept in memory.
   */
  async *events(options: { readonly signal?: AbortSignal } = {}): AsyncGenerator<XdsEvent, void, undefined> {
    try {
      for await (const [event] of on(this.#emitter, 'event', options)) yield event
    } catch (error) {
      if (!options.signal?.aborted) throw error
    }
  }

  /** Used by the xDS server: follows the snapshot of a node's group for one stream. */
  watch(source: WatchSource): Watch {
    const group = this.#nodeGroup(source.node)
    const lastKnownGood = source.startsEmpty ? this.#lastKnownGood.get(group) : undefined
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

  /** Streams being served now. */
  get watchCount(): number {
    return [...this.#watches.values()].reduce((sum, { size }) => sum + size, 0)
  }

  /** Used by the xDS server: a request that ended its stream. */
  reportRefused(refusal: { readonly peer: string; readonly code: number; readonly message: string }): void {
    this.#emit({ kind: 'refused', ...refusal })
  }

  #prepare(group: string, given: ReadonlyMap<string, TypeSnapshot>): PreparedSnapshot {
    const previous = this.#snapshots.get(group)
    refuseReusedVersions(given, previous)
    const snapshot = createContent(group, given, previous)
    if (this.#consistency === 'enforce') refuseDanglingReferences(snapshot)
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

function versionFor(typeUrl: string, { version }: VersionOptions): string | undefined {
  return typeof version === 'string' ? version : version?.[typeUrl]
}

/** By what was given, of which the served types are made. */
function isSame(a: SnapshotContent, b: SnapshotContent): boolean {
  return (
    a.given.size === b.given.size && [...a.given].every(([typeUrl, type]) => b.given.get(typeUrl) === type)
  )
}

function hasDuplicates(resources: readonly Resource[]): boolean {
  return new Set(resources.map(({ name }) => name)).size < resources.length
}

function refuseDuplicates(resources: readonly Pick<Resource, 'typeUrl' | 'name'>[]): void {
  const firsts = new Map<string, number>()
  const problems: Problem[] = []
  for (const [index, resource] of resources.entries()) {
    const key = `${resource.typeUrl} ${resource.name}`
    const first = firsts.get(key)
    if (first === undefined) {
      firsts.set(key, index)
    } else {
      const message = `${describeResource(resource)} is given already at resources[${first}]: names are unique within a type`
      problems.push({ path: `resources[${index}]`, message })
    }
  }
  if (problems.length > 0) {
    throw new SwitchyardError('duplicate-resource', 'two resources have one name, and nothing was changed', {
      problems,
    })
  }
}

/** Equal versions mean equal content to every client: a version that was served cannot come to mean something else. */
function refuseReusedVersions(
  given: ReadonlyMap<string, TypeSnapshot>,
  previous: Snapshot | undefined,
): void {
  const problems: Problem[] = []
  for (const { typeUrl, version, contentVersion } of given.values()) {
    const before = previous?.given.get(typeUrl) ?? emptyTypeSnapshot(typeUrl)
    if (before.version === version && before.contentVersion !== contentVersion) {
      problems.push({
        path: typeUrl,
        message: `version "${version}" is served with other content: give a new one, or none`,
      })
    }
  }
  if (problems.length > 0) {
    throw new SwitchyardError('version-reused', 'a version was given twice, and nothing was changed', {
      problems,
    })
  }
}

function refuseDanglingReferences(snapshot: SnapshotContent): void {
  const problems = findDanglingReferences(snapshot)
  if (problems.length > 0) {
    throw new SwitchyardError(
      'inconsistent-snapshot',
      `the snapshot of "${snapshot.group}" is inconsistent, and nothing was changed`,
      { problems },
    )
  }
}
