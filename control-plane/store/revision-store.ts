// Where revisions are kept. All of it is asynchronous, since a store that replicas share is one over the network.

import type { Detail, Revision, RevisionInfo, RevisionStatus } from './revision.ts'

export interface RevisionStore {
  /**
   * Writes a revision, `pending` unless told otherwise; it is durable when this resolves.
   * @param expectedHead the ETag of the newest revision as the writer knows it; undefined for the first one
   * @throws SwitchyardError `stale-etag` where the newest is another one by now, and nothing is written
   */
  append(
    document: unknown,
    expectedHead: string | undefined,
    author: string,
    verdict?: { readonly status: RevisionStatus; readonly detail?: Detail },
  ): Promise<RevisionInfo>
  /** @throws SwitchyardError `not-found` */
  get(number: number): Promise<Revision>
  /** The same without its document, which may be long. @throws SwitchyardError `not-found` */
  info(number: number): Promise<RevisionInfo>
  /** The newest revision; undefined before there is one. */
  head(): Promise<Revision | undefined>
  /** All revisions without their documents, the oldest first. */
  list(): Promise<readonly RevisionInfo[]>
  /** @throws SwitchyardError `not-found` */
  setStatus(number: number, status: RevisionStatus, detail?: Detail): Promise<RevisionInfo>
  /** The revisions from a number on as they are, and then each one that is appended or gets another status. */
  watch(from: number, options?: { readonly signal?: AbortSignal }): AsyncIterable<RevisionInfo>
  close(): Promise<void>
}
