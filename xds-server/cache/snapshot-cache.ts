// The snapshot cache: what each group of nodes is served, which nodes are connected, and what each has ACKed or NACKed.

import type { Node } from '@envoy/xds-protos/envoy/config/core/v3/base_pb.js'
import {
  type ChecksOf,
  FUNCTION,
  OBJECT,
  oneOf,
  optionsWith,
  rejectProblems,
} from '../../core/option-checks.ts'
import type { XdsEvent } from '../nodes/events.ts'
import type { NackLog } from '../nodes/nack-log.ts'
import { type NodeGroup, nodeGroupOf } from '../nodes/node-group.ts'
import type { NodeStatus, SyncReport } from '../nodes/status.ts'
import { EXTERNAL_NAMES, type ExternalNames } from '../snapshot/consistency.ts'
import { listenerAddressOf } from '../snapshot/listener-address.ts'
import { CORE_MESSAGES, type MessageRegistry } from '../snapshot/message-registry.ts'
import {
  type PrepareContext,
  prepareChange,
  prepareResources,
  type SnapshotOptions,
  type VersionOptions,
} from '../snapshot/prepare-snapshot.ts'
import { createResources, type ResourceInput } from '../snapshot/resource.ts'
import { changeErrors, type ErrorDetail, indexErrors } from '../snapshot/resource-error.ts'
import type { Snapshot, SnapshotContent } from '../snapshot/snapshot.ts'
import { checkChange, checkSnapshot, namesToRemove, type SnapshotChange } from './arguments.ts'
import { Serving } from './serving.ts'

/**
 * The options of a cache. Each has a default.
 *
 * @example
 * ```ts
 * import { CLUSTER, SnapshotCache, type SnapshotCacheOptions } from 'switchyard'
 *
 * const options: SnapshotCacheOptions = {
 *   consistency: 'enforce',
 *   external: { [CLUSTER]: ['xds_cluster'] },
 *   nodeGroup: (node) => node.locality?.zone ?? 'anywhere',
 * }
 * const zones = new SnapshotCache(options)
 * ```
 */
export interface SnapshotCacheOptions {
  /** The group of a node, which decides the snapshot that the node is served. Default: `node.cluster`, or `node.id` if that is empty. */
  readonly nodeGroup?: NodeGroup
  /**
   * The address of a node's listeners that have none. An empty one stands for the address in the listener's name. Default:
   * `switchyard.listener_address` in the node's metadata; without it 127.0.0.1, or empty for gRPC.
   */
  readonly listenerAddress?: (node: Node) => string
  /** `enforce` rejects snapshots with dangling references (`findDanglingReferences`). Default: `off`. */
  readonly consistency?: 'off' | 'enforce'
  /**
   * Names that clients have from elsewhere, such as their bootstraps: `{ [CLUSTER]: ['xds_cluster'] }`. `enforce` accepts references
   * to them, and the status does not expect a client to ask for them. Default: none.
   */
  readonly external?: ExternalNames
  /**
   * Why a name is missing that the snapshot gives no error for, for clients that read `resource_errors`. It is called when
   * a client asks for a name, and when a name is removed. A message of more than 1,024 characters is cut. Default, and if it returns
   * undefined: NOT_FOUND with the group and the name.
   */
  readonly explainMissing?: ExplainMissing
  /** Keeps NACKs over a restart of the server (`openNackLog`). Default: memory only. */
  readonly nackLog?: NackLog
  /** The messages that resources may pack. Default: the core messages (`createMessageRegistry`). */
  readonly messages?: MessageRegistry
}

/**
 * Why a client does not get a name that the group's snapshot lacks.
 *
 * @example
 * ```ts
 * import { type ExplainMissing, SnapshotCache } from 'switchyard'
 *
 * const explainMissing: ExplainMissing = ({ group, name }) => ({
 *   code: 5,
 *   message: `${group} has no "${name}": see https://services.example.com`,
 * })
 * const explaining = new SnapshotCache({ explainMissing })
 * ```
 */
export type ExplainMissing = (missing: {
  readonly group: string
  readonly typeUrl: string
  readonly name: string
}) => ErrorDetail | undefined

/**
 * A validated snapshot that is not served yet. `commitSnapshot` serves it.
 *
 * @example
 * ```ts
 * import type { PreparedSnapshot } from 'switchyard'
 *
 * const prepared: PreparedSnapshot = cache.prepareSnapshot('edge', [cluster, endpoints])
 * // It is valid: store it, and serve it then.
 * cache.commitSnapshot(prepared)
 * ```
 */
export interface PreparedSnapshot {
  readonly snapshot: SnapshotContent
  /** What the group was served when this one was prepared. */
  readonly previous: Snapshot | undefined
}

const CHECKS: ChecksOf<SnapshotCacheOptions> = {
  nodeGroup: FUNCTION,
  listenerAddress: FUNCTION,
  consistency: oneOf('off', 'enforce'),
  external: EXTERNAL_NAMES,
  explainMissing: FUNCTION,
  nackLog: OBJECT,
  messages: OBJECT,
}

const OPTIONS = optionsWith(CHECKS)

let servingIn: (cache: SnapshotCache) => Serving

/**
 * Holds one snapshot for each group of nodes, and the status of the nodes that a server serves from it.
 * Terms: https://www.envoyproxy.io/docs/envoy/latest/api-docs/xds_protocol
 *
 * @example
 * ```ts
 * import { SnapshotCache, startXdsServer } from 'switchyard'
 *
 * const edge = new SnapshotCache({ consistency: 'enforce' })
 * await startXdsServer({ cache: edge, address: '127.0.0.1:18000' })
 *
 * edge.setSnapshot('edge', [cluster, endpoints, listener, routes])
 * const { outcome, nodes } = await edge.synced('edge', { signal: AbortSignal.timeout(30_000) })
 * if (outcome === 'nacked') console.error(nodes)
 * ```
 */
export class SnapshotCache {
  /** The messages that resources may pack. */
  readonly messages: MessageRegistry
  readonly #consistency: 'off' | 'enforce'
  readonly #external: ExternalNames
  readonly #serving: Serving

  /** @throws SwitchyardError `invalid-argument` with every invalid option */
  constructor(options: SnapshotCacheOptions = {}) {
    rejectProblems('the options of the snapshot cache are invalid:', OPTIONS(options, ''))
    const { nodeGroup = nodeGroupOf, listenerAddress = listenerAddressOf, nackLog, explainMissing } = options
    this.messages = options.messages ?? CORE_MESSAGES
    this.#consistency = options.consistency ?? 'off'
    this.#external = options.external ?? {}
    this.#serving = new Serving({
      nodeGroup,
      listenerAddress,
      external: this.#external,
      ...(nackLog && { nackLog }),
      ...(explainMissing && { explainMissing }),
    })
  }

  /**
   * Serves these resources to a group, and no others. If the content is equal to what is served, nothing is pushed.
   * @param group as `nodeGroup` returns it
   * @returns the snapshot that is served now
   * @throws SwitchyardError `invalid-argument`, `duplicate-resource`, `version-reused`, or with `consistency: 'enforce'`
   * `inconsistent-snapshot`. It lists all problems, and the group keeps its snapshot.
   */
  setSnapshot(group: string, resources: Iterable<ResourceInput>, options: SnapshotOptions = {}): Snapshot {
    return this.commitSnapshot(this.prepareSnapshot(group, resources, options))
  }

  /** The first half of `setSnapshot`: validates, throws like it, and serves nothing yet. */
  prepareSnapshot(
    group: string,
    resources: Iterable<ResourceInput>,
    options: SnapshotOptions = {},
  ): PreparedSnapshot {
    checkSnapshot(group, resources, options)
    const context = { ...this.#contextOf(group, options), errors: indexErrors(options.errors ?? []) }
    const snapshot = prepareResources(createResources(resources, this), context)
    return { snapshot, previous: context.previous }
  }

  /** The second half: serves it. @throws SwitchyardError `invalid-argument` if the group is served another snapshot by now */
  commitSnapshot({ snapshot, previous }: PreparedSnapshot): Snapshot {
    return this.#serving.serve(snapshot, previous)
  }

  /** Changes some resources of a group and keeps the others. A group without a snapshot gets one. Throws like `setSnapshot`. */
  updateSnapshot(group: string, change: SnapshotChange, options: VersionOptions = {}): Snapshot {
    checkChange(group, change, options)
    const context = this.#contextOf(group, options)
    const upserts = createResources(change.upsert ?? [], this)
    const removals = namesToRemove(change.remove ?? [])
    const errors = changeErrors(context.previous?.errors, indexErrors(change.errors ?? []), [
      ...upserts,
      ...removals,
    ])
    const snapshot = prepareChange(upserts, removals, { ...context, errors })
    return this.commitSnapshot({ snapshot, previous: context.previous })
  }

  /** Removes the snapshot of a group. Its nodes keep what they have, and new nodes wait for a snapshot. */
  clearSnapshot(group: string): void {
    this.#serving.clear(group)
  }

  /**
   * Pins nodes that start from now on to the last known good snapshot, until `unpin`. Such a node has nothing to fall back on
   * if the newest snapshot is bad. Nodes that reconnect with resources, and connected nodes, are served the newest snapshot.
   * @param lastKnownGood an earlier snapshot of the group, as `setSnapshot` or `getSnapshot` returned it
   */
  pin(group: string, lastKnownGood: Snapshot): void {
    this.#serving.pin(group, lastKnownGood)
  }

  /** Serves the newest snapshot to the nodes that were pinned. */
  unpin(group: string): void {
    this.#serving.unpin(group)
  }

  /** The newest snapshot of a group; undefined if it has none. */
  getSnapshot(group: string): Snapshot | undefined {
    return this.#serving.snapshot(group)
  }

  /**
   * What a connected node is served: the snapshot of its group with the node's own address in listeners that have none, or the
   * last known good one while it is pinned. Undefined if it is not connected, or has no snapshot.
   */
  nodeSnapshot(group: string, id: string): Snapshot | undefined {
    return this.#serving.nodeSnapshot(group, id)
  }

  /** The status of the nodes of one group, or of all: connected nodes, and the last 1,000 that disconnected. */
  status(group?: string): readonly NodeStatus[] {
    return this.#serving.status(group)
  }

  /** The status of one node. A node that is unknown is `DISCONNECTED`. */
  nodeStatus(group: string, id: string): NodeStatus {
    return this.#serving.nodeStatus(group, id)
  }

  /**
   * Waits until each connected node of the group has ACKed what it is served (`synced`), a node has NACKed it (`nacked`), no node
   * is connected (`unverified`), or `signal` aborts (`pending`). The promise never rejects: a NACK is data.
   */
  synced(group: string, options: { readonly signal?: AbortSignal } = {}): Promise<SyncReport> {
    return this.#serving.waiters.wait(group, options.signal)
  }

  /**
   * Calls the listener for each event, until the returned function is called. An error that it throws becomes an uncaught
   * exception of the process. It stops neither the streams nor the other listeners.
   */
  onEvent(listener: (event: XdsEvent) => void): () => void {
    return this.#serving.events.listen(listener)
  }

  /**
   * Iterates over the events from the first `next()` on. `signal` ends the loop without an error. Events that the loop has not
   * taken yet are kept in memory.
   */
  events(options: { readonly signal?: AbortSignal } = {}): AsyncGenerator<XdsEvent, void, undefined> {
    return this.#serving.events.iterate(options.signal)
  }

  #contextOf(group: string, { version }: VersionOptions): Omit<PrepareContext, 'errors'> {
    return {
      ...(version !== undefined && { version }),
      group,
      previous: this.#serving.snapshot(group),
      consistency: this.#consistency,
      external: this.#external,
    }
  }

  static {
    servingIn = (cache) => cache.#serving
  }
}

/** For the xDS server: what it needs of a cache. Not part of the library's public interface. */
export function servingOf(cache: SnapshotCache): Serving {
  return servingIn(cache)
}
