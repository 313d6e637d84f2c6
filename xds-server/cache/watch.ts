// One stream's view of the cache: the snapshot that its node is served, and where the stream reports ACKs and NACKs.

import type { Node } from '@envoy/xds-protos/envoy/config/core/v3/base_pb.js'
import type { XdsEvent } from '../nodes/events.ts'
import type { NodeRegistry } from '../nodes/node-registry.ts'
import type { StreamStatus, TypeView } from '../nodes/status.ts'
import type { UnconfirmedNames, UnconfirmedResources } from '../nodes/unconfirmed.ts'
import type { Resource } from '../snapshot/resource.ts'
import { atAddress, type Snapshot } from '../snapshot/snapshot.ts'

export interface WatchSource {
  readonly node: Node
  readonly stream: StreamStatus
  /** The status of the stream's types now. */
  readonly describe: () => ReadonlyMap<string, TypeView>
  readonly onSnapshot: (snapshot: Snapshot | undefined) => void
  /** True if the first request reports no versions: the node has just started. */
  readonly reportsNoVersions?: boolean
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
    }
  | { readonly kind: 'unserved'; readonly typeUrl: string; readonly message: string }
  | { readonly kind: 'sent' | 'acked'; readonly typeUrl: string; readonly response: AnsweredResponse }
  | {
      readonly kind: 'nacked'
      readonly typeUrl: string
      readonly response: AnsweredResponse
      readonly code: number
      readonly message: string
    }
  | { readonly kind: 'stale'; readonly typeUrl: string; readonly nonce: string }

export interface Watch {
  readonly group: string
  readonly unconfirmed: UnconfirmedNames
  /** What the node is served, with its own address in listeners that have none. */
  readonly snapshot: () => Snapshot | undefined
  readonly snapshotChanged: () => void
  readonly report: (reports: readonly WatchReport[]) => void
  /** Ends the watch. `unacked` are the responses that the client has not answered. Later calls do nothing. */
  readonly close: (
    unacked: readonly { readonly typeUrl: string; readonly response: AnsweredResponse }[],
  ) => void
}

export interface WatchContext {
  readonly current: () => Snapshot | undefined
  readonly isPinned: () => boolean
  readonly unconfirmed: UnconfirmedResources
  readonly registry: NodeRegistry
  readonly emit: (...events: readonly XdsEvent[]) => void
  readonly nodeChanged: () => void
  readonly closed: () => void
}

export function openWatch(source: WatchSource, group: string, address: string, context: WatchContext): Watch {
  const node = source.node.id
  const of = { node, group, stream: source.stream }
  const snapshot = () => {
    const current = context.current()
    return current && atAddress(current, address)
  }
  const { isPinned } = context
  const entry = { status: source.stream, snapshot, describe: source.describe, isPinned }
  let isOpen = true
  context.registry.add(group, node, entry)
  context.emit({ kind: 'opened', ...of })
  context.nodeChanged()
  return {
    group,
    unconfirmed: context.unconfirmed.of(node),
    snapshot,
    snapshotChanged: () => source.onSnapshot(snapshot()),
    report: (reports) => {
      if (reports.length === 0) return
      for (const report of reports) remember(context.unconfirmed, node, report)
      context.emit(...reports.map((report) => eventOf(report, of)))
      context.nodeChanged()
    },
    close: (unacked) => {
      if (!isOpen) return
      isOpen = false
      for (const { typeUrl, response } of unacked)
        context.unconfirmed.abandon(node, typeUrl, changedNamesIn(response))
      context.registry.remove(group, node, entry)
      context.closed()
      context.emit({ kind: 'closed', ...of })
      context.nodeChanged()
    },
  }
}

function remember(unconfirmed: UnconfirmedResources, node: string, report: WatchReport): void {
  if (report.kind === 'nacked') unconfirmed.nack(node, report.typeUrl, changedNamesIn(report.response))
  if (report.kind === 'acked') {
    const { resources, removed } = report.response
    unconfirmed.ack(node, report.typeUrl, namesOf(resources, removed))
  }
}

function* namesOf(resources: readonly Resource[], removed: readonly string[]): Iterable<string> {
  for (const { name } of resources) yield name
  yield* removed
}

function changedNamesIn({ changedResources, removed }: AnsweredResponse): string[] {
  return [...namesOf(changedResources, removed)]
}

function eventOf(report: WatchReport, of: { node: string; group: string; stream: StreamStatus }): XdsEvent {
  switch (report.kind) {
    case 'subscribed':
    case 'unserved':
    case 'stale':
      return { ...report, ...of }
    case 'sent': {
      const { version, nonce, resources, removed } = report.response
      const counts = { resources: resources.length, removed: removed.length }
      return { kind: 'sent', typeUrl: report.typeUrl, version, nonce, ...counts, ...of }
    }
    case 'acked': {
      const { version, nonce } = report.response
      return { kind: 'acked', typeUrl: report.typeUrl, version, nonce, ...of }
    }
    case 'nacked': {
      const { version, nonce } = report.response
      const { code, message, typeUrl } = report
      const nack = { version, nonce, code, message, names: changedNamesIn(report.response) }
      return { kind: 'nacked', typeUrl, version, nonce, nack, ...of }
    }
  }
}
