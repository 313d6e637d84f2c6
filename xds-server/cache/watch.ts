// One stream's view of the cache: the snapshot that its node is served, and where the stream reports ACKs and NACKs.

import type { Node } from '@envoy/xds-protos/envoy/config/core/v3/base_pb.js'
import { memoize } from '../../core/memo.ts'
import { clientInfoOf } from '../nodes/client-kind.ts'
import type { EndReason, XdsEvent } from '../nodes/events.ts'
import { describeList, describeNames } from '../nodes/name-list.ts'
import type { NodeRegistry } from '../nodes/node-registry.ts'
import type { StreamSource } from '../nodes/node-streams.ts'
import type { ResourceView } from '../nodes/resource-view.ts'
import type { PendingStatus, StreamInfo, TypeView } from '../nodes/status.ts'
import type { UnconfirmedResources } from '../nodes/unconfirmed.ts'
import type { UnconfirmedNames } from '../nodes/unconfirmed-names.ts'
import type { Resource } from '../snapshot/resource.ts'
import { CLUSTER } from '../snapshot/resource-type.ts'
import { atAddress, type Snapshot } from '../snapshot/snapshot.ts'
import type { TypeSnapshot } from '../snapshot/type-snapshot.ts'
import type { SentClusters } from './sent-clusters.ts'

export interface WatchSource {
  readonly node: Node
  /** Of the node, if the caller knows it already. */
  readonly group?: string
  readonly stream: StreamInfo
  /** The type of a separate service such as CDS; undefined on ADS. */
  readonly typeUrl?: string
  /** The status of the stream's types now. */
  readonly describe: () => ReadonlyMap<string, TypeView>
  /** The same resource by resource. */
  readonly describeResources: () => readonly ResourceView[]
  /** The responses that the client has not answered, the oldest of each type first. */
  readonly unacked: () => readonly UnackedResponse[]
  readonly onSnapshot: (snapshot: Snapshot | undefined) => void
  /** Whether the first request reports no versions from an earlier stream: the node has just started. */
  readonly reportsNoVersions: boolean
  /** Whether the client may still be starting. The report `started` says that this is over. */
  readonly isStarting?: () => boolean
}

export interface UnackedResponse {
  readonly typeUrl: string
  readonly response: AnsweredResponse
  /** In milliseconds since 1970. */
  readonly sentAt: number
}

/** What the cache needs to know of a response. */
export interface AnsweredResponse {
  readonly version: string
  readonly nonce: string
  readonly resources: readonly Resource[]
  readonly changedResources: readonly Resource[]
  readonly removed: readonly string[]
}

export type WatchReport =
  | {
      readonly kind: 'subscribed'
      readonly typeUrl: string
      readonly names: number
      readonly wildcard: boolean
      readonly added: ReadonlySet<string>
      readonly dropped: ReadonlySet<string>
    }
  | { readonly kind: 'unserved'; readonly typeUrl: string; readonly message: string }
  | {
      readonly kind: 'sent' | 'acked' | 'heartbeat'
      readonly typeUrl: string
      readonly response: AnsweredResponse
    }
  | {
      readonly kind: 'nacked'
      readonly typeUrl: string
      readonly response: AnsweredResponse
      readonly code: number
      readonly message: string
    }
  | { readonly kind: 'stale'; readonly typeUrl: string; readonly nonce: string }
  | ({ readonly kind: 'overdue' } & PendingStatus)
  | { readonly kind: 'started' }
  | { readonly kind: 'missing'; readonly typeUrl: string; readonly names: readonly string[] }

export interface Watch {
  readonly group: string
  readonly unconfirmed: UnconfirmedNames
  /** The clusters that SotW streams of the group were sent with a version. */
  readonly sentClusters: (version: string) => TypeSnapshot | undefined
  /** What the node is served, with its own address in listeners that have none. */
  readonly snapshot: () => Snapshot | undefined
  readonly snapshotChanged: () => void
  /** The oldest response of each type that the client has not answered. */
  readonly pending: () => readonly PendingStatus[]
  /** The client has sent something. */
  readonly heard: () => void
  readonly report: (reports: readonly WatchReport[]) => void
  /** Ends the watch. Later calls do nothing. `reason`: the server ended the stream. */
  readonly close: (reason?: EndReason) => void
}

export interface WatchContext {
  readonly current: () => Snapshot | undefined
  readonly isPinned: () => boolean
  /** Whether the group is or was served a resource. */
  readonly wasServed: (typeUrl: string, name: string) => boolean
  readonly unconfirmed: UnconfirmedResources
  /** Of the group. */
  readonly sentClusters: () => SentClusters
  readonly registry: NodeRegistry
  readonly emit: (...events: readonly XdsEvent[]) => void
  /** Whether somebody gets the events. */
  readonly isHeard: () => boolean
  readonly nodeChanged: () => void
  readonly closed: () => void
}

export function openWatch(source: WatchSource, group: string, address: string, context: WatchContext): Watch {
  const node = source.node.id
  const of = { node, group, stream: source.stream }
  const client = clientInfoOf(source.node)
  const snapshot = () => {
    const current = context.current()
    return current && atAddress(current, address)
  }
  /**
   * The names that may mean something else to the client after a response than before it. If a removed name was never served, the
   * client made it up, and it could make up any number.
   */
  const changedNamesIn = (typeUrl: string, { changedResources, removed }: AnsweredResponse) => {
    const changed = namesOf(changedResources)
    const gone = removed.filter((name) => context.wasServed(typeUrl, name))
    return gone.length === 0 ? changed : new Set([...changed, ...gone])
  }
  const isSotw = source.stream.protocol === 'sotw'
  const remember = (report: WatchReport) => {
    if (report.kind === 'sent' && isSotw && report.typeUrl === CLUSTER)
      context.sentClusters().note(report.response.version, report.response.resources)
    if (report.kind === 'nacked')
      unconfirmed.nack(report.typeUrl, changedNamesIn(report.typeUrl, report.response))
    if (report.kind === 'acked') {
      const { resources, removed } = report.response
      unconfirmed.ack(report.typeUrl, () => new Set([...namesOf(resources), ...removed]))
    }
  }
  const leave = () =>
    unconfirmed.leave(
      source
        .unacked()
        .map(({ typeUrl, response }) => ({ typeUrl, names: changedNamesIn(typeUrl, response) })),
    )
  const entry: StreamSource = {
    info: source.stream,
    service: source.typeUrl ?? 'ADS',
    ...(client && { client }),
    snapshot,
    describe: source.describe,
    pending: () => oldestOfEachType(source.unacked()),
    clientView: () => ({ node: source.node, resources: source.describeResources() }),
    isPinned: context.isPinned,
    ...(source.isStarting && { isStarting: source.isStarting }),
    onReplaced: () => leave(),
  }
  const registration = context.registry.add(group, node, entry, !source.reportsNoVersions)
  const unconfirmed = context.unconfirmed.open(node)
  let isOpen = true
  context.emit({ kind: 'opened', ...of })
  context.nodeChanged()
  return {
    group,
    unconfirmed: unconfirmed.names,
    sentClusters: (version) => context.sentClusters().find(version),
    snapshot,
    snapshotChanged: () => source.onSnapshot(snapshot()),
    pending: entry.pending,
    heard: () => {
      if (registration.heard()) context.nodeChanged()
    },
    report: (reports) => {
      if (!isOpen || reports.length === 0) return
      for (const report of reports) remember(report)
      if (context.isHeard()) context.emit(...reports.map((report) => eventOf(report, of, changedNamesIn)))
      context.nodeChanged()
    },
    close: (reason) => {
      if (!isOpen) return
      isOpen = false
      if (!registration.isReplaced()) leave()
      const pending = entry.pending()
      registration.remove()
      context.closed()
      context.emit({ kind: 'closed', pending, ...(reason && { reason }), ...of })
      context.nodeChanged()
    },
  }
}

function oldestOfEachType(unacked: readonly UnackedResponse[]): readonly PendingStatus[] {
  const oldest = new Map<string, PendingStatus>()
  for (const { typeUrl, response, sentAt } of unacked) {
    if (oldest.has(typeUrl)) continue
    const { version, nonce } = response
    oldest.set(typeUrl, { typeUrl, version, nonce, sentAt: new Date(sentAt).toISOString() })
  }
  return [...oldest.values()]
}

/** Streams that are sent the same list share the set of its names. */
const namesOf = memoize(
  (resources: readonly Resource[]): ReadonlySet<string> => new Set(resources.map(({ name }) => name)),
)

function eventOf(
  report: WatchReport,
  of: { node: string; group: string; stream: StreamInfo },
  changedNamesIn: (typeUrl: string, response: AnsweredResponse) => ReadonlySet<string>,
): XdsEvent {
  switch (report.kind) {
    case 'subscribed': {
      const { added, dropped } = report
      return { ...report, added: describeNames(added), dropped: describeNames(dropped), ...of }
    }
    case 'unserved':
    case 'stale':
    case 'overdue':
    case 'started':
      return { ...report, ...of }
    case 'missing':
      return { kind: 'missing', typeUrl: report.typeUrl, ...describeList(report.names), ...of }
    case 'sent': {
      const { version, nonce, resources, removed } = report.response
      const counts = { resources: resources.length, removed: removed.length }
      return { kind: 'sent', typeUrl: report.typeUrl, version, nonce, ...counts, ...of }
    }
    case 'heartbeat': {
      const { version, nonce, resources } = report.response
      return {
        kind: 'heartbeat',
        typeUrl: report.typeUrl,
        version,
        nonce,
        resources: resources.length,
        ...of,
      }
    }
    case 'acked': {
      const { version, nonce } = report.response
      return { kind: 'acked', typeUrl: report.typeUrl, version, nonce, ...of }
    }
    case 'nacked': {
      const { version, nonce } = report.response
      const { code, message, typeUrl } = report
      const names = [...changedNamesIn(typeUrl, report.response)]
      return {
        kind: 'nacked',
        typeUrl,
        version,
        nonce,
        nack: { version, nonce, code, message, names },
        ...of,
      }
    }
  }
}
