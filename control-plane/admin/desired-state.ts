// What the admin needs to know of the desired state, of the revisions that it went through, and of the nodes.

import type { Problem } from '../../core/errors.ts'
import type { XdsEvent } from '../../xds-server/nodes/events.ts'
import type { NodeStatus, SyncReport } from '../../xds-server/nodes/status.ts'
import type { Config } from '../document/model.ts'
import type { Detail, Revision, RevisionInfo } from '../store/revision.ts'

/** How far a revision has come. */
export interface Progress {
  readonly outcome: SyncReport['outcome']
  readonly revision: RevisionInfo
  readonly detail?: Detail
  readonly nodes: readonly NodeStatus[]
}

export interface DesiredState {
  /** The revision in force. */
  readonly head: RevisionInfo
  readonly config: Config
  readonly acceptedNumber: number | undefined
  /** The secrets that are served, and what is wrong with their files; never what is in them. */
  secrets(): Readonly<Record<string, { readonly notAfter: string; readonly problems: readonly Problem[] }>>
  /** What nodes refuse now. */
  refusals(): Detail | undefined
  get(number: number): Promise<Revision>
  list(): Promise<readonly RevisionInfo[]>
  write(
    edit: (config: Config) => Config,
    options: { readonly author: string; readonly expectedEtag?: string },
  ): Promise<RevisionInfo>
  progress(number: number, signal: AbortSignal): Promise<Progress>
}

/** The snapshot cache as the admin sees it. */
export interface Nodes {
  /** The nodes of a group, or all. */
  status(group?: string): readonly NodeStatus[]
  onEvent(listener: (event: XdsEvent) => void): () => void
  /** What a group is served, as proto JSON by type and name; undefined where it is served nothing. */
  snapshotJson(group: string): object | undefined
}
