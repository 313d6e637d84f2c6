// What a server needs of a cache: the snapshots of the groups, the streams that follow them, and what the nodes have answered.

import type { Node } from '@envoy/xds-protos/envoy/config/core/v3/base_pb.js'
import { SwitchyardError } from '../../core/errors.ts'
import { EventQueue } from '../nodes/event-queue.ts'
import type { XdsEvent } from '../nodes/events.ts'
import type { NackLog } from '../nodes/nack-log.ts'
import type { NodeGroup } from '../nodes/node-group.ts'
import { NodeRegistry } from '../nodes/node-registry.ts'
import type { ClientView } from '../nodes/resource-view.ts'
import type { NodeStatus } from '../nodes/status.ts'
import { SyncWaiters } from '../nodes/sync-waiters.ts'
import { UnconfirmedResources } from '../nodes/unconfirmed.ts'
import type { ExternalNames } from '../snapshot/consistency.ts'
import { isSameContent } from '../snapshot/prepare-snapshot.ts'
import {
  checkError,
  type ErrorDetail,
  failedToExplain,
  notFound,
  withoutSnapshot,
} from '../snapshot/resource-error.ts'
import type { Snapshot, SnapshotContent } from '../snapshot/snapshot.ts'
import { callOption, messageOf } from './option.ts'
import { RetiredNames } from './retired-names.ts'
import { SentClusters } from './sent-clusters.ts'
import { openWatch, type Watch, type WatchSource } from './watch.ts'

export interface ServingOptions {
  readonly nodeGroup: NodeGroup
  readonly listenerAddress: (node: Node) => string
  readonly nackLog?: NackLog
  readonly external?: ExternalNames
  readonly explainMissing?: (missing: {
    readonly group: string
    readonly typeUrl: string
    readonly name: string
  }) => ErrorDetail | undefined
}

export class Serving {
  readonly events = new EventQueue<XdsEvent>()
  readonly #nodeGroup: NodeGroup
  readonly #listenerAddress: (node: Node) => string
  readonly #explainMissing: NonNullable<ServingOptions['explainMissing']>
  readonly #snapshots = new Map<string, Snapshot>()
  readonly #retiredNames = new Map<string, RetiredNames>()
  readonly #sentClusters = new Map<string, SentClusters>()
  readonly #lastKnownGood = new Map<string, { readonly snapshot: Snapshot }>()
  readonly #watches = new Map<string, Set<Watch>>()
  readonly #registry: NodeRegistry
  readonly waiters: SyncWaiters
  readonly #unconfirmed: UnconfirmedResources
  #sequence = 0

  constructor({ nodeGroup, listenerAddress, nackLog, external, explainMissing }: ServingOptions) {
    this.#registry = new NodeRegistry(external, (...missing) => this.#explainInStatus(...missing))
    this.waiters = new SyncWaiters(this.#registry)
    this.#nodeGroup = nodeGroup
    this.#listenerAddress = listenerAddress
    this.#explainMissing = explainMissing ?? (() => undefined)
    this.#unconfirmed = new UnconfirmedResources(nackLog, (error) => {
      const message = `the NACK log cannot be written: after a restart of the server, nodes may keep what they NACKed until it changes (${messageOf(error)})`
      this.events.emit({ kind: 'fault', source: 'nackLog', message, error })
    })
  }

  /** The newest snapshot of a group; undefined if it has none. */
  snapshot(group: string): Snapshot | undefined {
    return this.#snapshots.get(group)
  }

  /**
   * Serves content to its group. If it is equal to what is served, nothing is pushed.
   * @param previous what the group was served when the content was prepared
   * @throws SwitchyardError `invalid-argument` if that has changed
   */
  serve(content: SnapshotContent, previous: Snapshot | undefined): Snapshot {
    const { group, types } = content
    if (this.#snapshots.get(group) !== previous) {
      throw new SwitchyardError(
        'invalid-argument',
        `the snapshot of "${group}" has changed since this one was prepared: prepare it again`,
      )
    }
    if (previous !== undefined && isSameContent(previous, content)) return previous
    this.#sequence += 1
    const snapshot = { ...content, sequence: this.#sequence }
    this.#snapshots.set(group, snapshot)
    const retired = this.#retiredNames.get(group) ?? new RetiredNames()
    this.#retiredNames.set(group, retired)
    retired.serve(snapshot)
    if (!this.events.isUnheard) {
      const versions = Object.fromEntries([...types].map(([typeUrl, { version }]) => [typeUrl, version]))
      this.events.emit({ kind: 'snapshot', group, versions })
    }
    this.#notify(group)
    return snapshot
  }

  clear(group: string): void {
    if (!this.#snapshots.delete(group)) return
    this.#notify(group)
    this.events.emit({ kind: 'cleared', group })
  }

  pin(group: string, lastKnownGood: Snapshot): void {
    if (this.#lastKnownGood.get(group)?.snapshot !== lastKnownGood)
      this.#lastKnownGood.set(group, { snapshot: lastKnownGood })
  }

  unpin(group: string): void {
    if (this.#lastKnownGood.delete(group)) this.#notify(group)
  }

  /** The nodes of one group, or of all. */
  status(group?: string): readonly NodeStatus[] {
    const groups = group === undefined ? this.#registry.groups() : [group]
    return groups.flatMap((one) =>
      this.#registry.nodes(one).map((node) => this.#registry.describe(one, node)),
    )
  }

  nodeStatus(group: string, id: string): NodeStatus {
    return this.#registry.describe(group, id)
  }

  nodeSnapshot(group: string, id: string): Snapshot | undefined {
    return this.#registry.snapshot(group, id)
  }

  /** Every connected client, resource by resource. */
  clientViews(): readonly ClientView[] {
    return this.#registry.clientViews()
  }

  /** The group of a node. @throws OptionFault if the option throws */
  groupOf(node: Node): string {
    return callOption('nodeGroup', () => this.#nodeGroup(node))
  }

  /** Follows the snapshot of a node's group for one stream. @throws OptionFault if an option throws */
  watch(source: WatchSource): Watch {
    const group = source.group ?? this.groupOf(source.node)
    const address = callOption('listenerAddress', () => this.#listenerAddress(source.node))
    const pin = source.reportsNoVersions ? this.#lastKnownGood.get(group) : undefined
    const pinned = () => (pin === this.#lastKnownGood.get(group) ? pin?.snapshot : undefined)
    const watch = openWatch(source, group, address, {
      current: () => pinned() ?? this.#snapshots.get(group),
      isPinned: () => pinned() !== undefined,
      wasServed: (typeUrl, name) => this.#retiredNames.get(group)?.wasServed(typeUrl, name) ?? false,
      unconfirmed: this.#unconfirmed,
      sentClusters: () => this.#sentClustersOf(group),
      registry: this.#registry,
      emit: (...events) => this.events.emit(...events),
      isHeard: () => !this.events.isUnheard,
      nodeChanged: () => this.waiters.nodeChanged(group, source.node.id),
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

  #sentClustersOf(group: string): SentClusters {
    const known = this.#sentClusters.get(group)
    if (known !== undefined) return known
    const sent = new SentClusters()
    if (this.#snapshots.has(group)) this.#sentClusters.set(group, sent)
    return sent
  }

  /** Why a group lacks a name. @throws OptionFault if the option throws, or if its error is invalid */
  explain(group: string, typeUrl: string, name: string): ErrorDetail {
    const given = callOption('explainMissing', () => {
      const error = this.#explainMissing({ group, typeUrl, name })
      return error && checkError(error)
    })
    return given ?? notFound(group, typeUrl, name)
  }

  /** The status says so too if the option fails: it is read to find out what is wrong. */
  #explainInStatus(group: string, typeUrl: string, name: string): ErrorDetail {
    if (!this.#snapshots.has(group)) return withoutSnapshot(group)
    try {
      return this.explain(group, typeUrl, name)
    } catch (error) {
      return failedToExplain(messageOf(error))
    }
  }

  /** The number of open streams. */
  get watchCount(): number {
    return [...this.#watches.values()].reduce((sum, { size }) => sum + size, 0)
  }

  /** The groups of these streams: clients make them up, so none of them is kept longer. */
  get watchedGroups(): readonly string[] {
    return [...this.#watches.keys()]
  }

  #notify(group: string): void {
    for (const watch of this.#watches.get(group) ?? []) watch.snapshotChanged()
    this.waiters.groupChanged(group)
  }
}
