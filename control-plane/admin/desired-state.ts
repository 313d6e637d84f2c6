// What the admin needs from the rest of the control plane: the desired state with its revisions, the nodes, their load, and events.

import type { Outcome } from '../../api/outcome.ts'
import type { DashboardList, PanelValues } from '../../api/schemas/dashboards.ts'
import type {
  RegistrationRequest,
  SourceStatus,
  UpstreamEndpoint,
  UpstreamEndpoints,
} from '../../api/schemas/endpoints.ts'
import type { FlipProgress } from '../../api/schemas/flip.ts'
import type { Load } from '../../api/schemas/load.ts'
import type { LoadQuery } from '../../api/schemas/request.ts'
import type { TestbedLoad, TestbedLoadSetting } from '../../api/schemas/testbed.ts'
import type { Traffic } from '../../api/schemas/traffic.ts'
import type { Problem } from '../../core/errors.ts'
import type { XdsEvent } from '../../xds-server/nodes/events.ts'
import type { NodeStatus } from '../../xds-server/nodes/status.ts'
import type { Config } from '../document/model.ts'
import type { Detail, IfMatch, Revision, RevisionInfo } from '../store/revision.ts'

/** How far a revision has come. */
export interface Progress {
  readonly outcome: Outcome
  readonly revision: RevisionInfo
  readonly detail?: Detail
  readonly nodes: readonly NodeStatus[]
}

/**
 * What a wait is about. `changes`: of a write, which newer revisions may have too. `document`: of the revision itself, which is
 * in force only until the next one is.
 */
export type Follow = 'changes' | 'document'

export interface DesiredState {
  /** The revision in force. */
  readonly head: RevisionInfo
  readonly config: Config
  readonly acceptedNumber: number | undefined
  /** The secrets in use with their expiry, what is wrong with their files and who NACKs them; never their content. */
  secrets(): Readonly<
    Record<
      string,
      {
        readonly notAfter: string
        readonly problems: readonly Problem[]
        readonly nacks: readonly { readonly node: string; readonly fleet: string; readonly message: string }[]
      }
    >
  >
  /** The fields that patches change in the resources of a fleet, as JSON pointers. */
  patchesOf(fleet: string): readonly {
    readonly typeUrl: string
    readonly name: string
    readonly path: string
    readonly pointers: readonly string[]
  }[]
  /** The files that switches name, by their paths in the document. */
  files(): Readonly<Record<string, { readonly problems: readonly Problem[] }>>
  /** The sources of endpoints beside the document, by the names of upstreams. */
  endpointSources(): Readonly<Record<string, SourceStatus>>
  /** What nodes NACK now; undefined if nothing. */
  nacks(): Detail | undefined
  get(number: number): Promise<Revision>
  /** The newest revision that a node NACKed, or undefined. */
  newestRejected(): Promise<RevisionInfo | undefined>
  /** The newest `limit` revisions of those before a number, oldest first. */
  list(page: { readonly before?: number; readonly limit: number }): Promise<readonly RevisionInfo[]>
  write(
    edit: (config: Config) => Config,
    options: { readonly author: string; readonly ifMatch?: IfMatch },
  ): Promise<RevisionInfo>
  /** @throws SwitchyardError if revisions cannot be written, such as `storage-full` */
  checkWritable(): Promise<void>
  progress(number: number, signal: AbortSignal, follow: Follow): Promise<Progress>
}

/** The endpoints of upstreams, and those that register themselves. Errors are those of `EndpointRegistry`. */
export interface Endpoints {
  list(upstream: string): UpstreamEndpoints
  /** Resolves when it is served. */
  put(
    upstream: string,
    endpoint: string,
    registration: RegistrationRequest,
  ): Promise<{ readonly result: 'added' | 'changed' | 'renewed'; readonly endpoint: UpstreamEndpoint }>
  /** Resolves when it is no longer served. */
  delete(upstream: string, endpoint: string): Promise<void>
}

/** What nodes report about their calls. */
export interface Loads {
  read(filter?: LoadQuery): Load
}

/** What Envoys push about their calls. */
export interface TrafficHistory {
  read(filter: { readonly fleet?: string; readonly minutes?: number }): Traffic
}

/** The snapshot cache as the admin sees it. */
export interface Nodes {
  /** The nodes of a fleet, or all. */
  status(fleet?: string): readonly NodeStatus[]
  onEvent(listener: (event: XdsEvent) => void): () => void
  /**
   * What a fleet, or one of its nodes, is served, as proto JSON by type URL and name; undefined if it is served nothing, or the node
   * is not connected.
   */
  snapshotJson(fleet: string, node?: string): Readonly<Record<string, object>> | undefined
  /** Ends the streams of a node, which connects again. @returns how many it had */
  disconnect(fleet: string, node: string): number
}

/** What happens, for readers that follow it. */
export interface Events {
  /**
   * Adds a reader. `send` gets frames of server-sent events, at once and from now on.
   * @returns removes the reader
   */
  read(options: { readonly lastEventId?: string; readonly send: (frame: Buffer) => void }): () => void
}

/** How far revisions have come on each node. */
export interface Flips {
  /** @throws SwitchyardError `not-found` for a revision that is not kept */
  get(revision: number): FlipProgress
}

/** The dashboards, with values from a Prometheus. */
export interface Dashboards {
  list(): DashboardList
  /** @throws SwitchyardError `not-found` for an unknown panel, `unreachable` if Prometheus does not answer */
  read(dashboard: string, panel: string, minutes: number): Promise<PanelValues>
}

/** The testbed that started the control plane. */
export interface Testbed {
  /** @throws SwitchyardError `not-found` if it has nothing to call, `unreachable` */
  read(): Promise<TestbedLoad>
  set(setting: TestbedLoadSetting): Promise<TestbedLoad>
}
