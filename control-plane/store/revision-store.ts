// Where revisions are kept. Every method is asynchronous, because a store that replicas share is reached over the network.

import type { Detail, Revision, RevisionInfo, RevisionStatus } from './revision.ts'

export interface Verdict {
  readonly status: RevisionStatus
  readonly detail?: Detail
}

export interface AppendOptions extends Partial<Verdict> {
  /**
   * The status of the revision before, if it changes with this write. Both changes are one transaction: whenever the process
   * ends, the store has both or neither, and no reader sees one without the other.
   */
  readonly previous?: Verdict
}

/** The newest `limit` revisions of those whose number is lower than `before`. Default of each: no bound. */
export interface Page {
  readonly before?: number
  readonly limit?: number
}

export interface RevisionStore {
  /**
   * Writes a revision; it is durable when the promise resolves. Its status is `pending` by default.
   * @param expectedHead the ETag of the newest revision as the writer knows it; undefined for the first one
   * @throws SwitchyardError `stale-etag` if the newest revision is another one, `storage-full`; then nothing is written
   */
  append(
    document: unknown,
    expectedHead: string | undefined,
    author: string,
    options?: AppendOptions,
  ): Promise<RevisionInfo>
  /** @throws SwitchyardError `not-found` */
  get(number: number): Promise<Revision>
  /** A revision without its document, which may be long. @throws SwitchyardError `not-found` */
  info(number: number): Promise<RevisionInfo>
  /** The newest revision; undefined before there is one. */
  head(): Promise<Revision | undefined>
  /** Revisions without their documents, the oldest first: all of them, or a page. */
  list(page?: Page): Promise<readonly RevisionInfo[]>
  /** The newest revision that has one of these statuses, without its document, or undefined. */
  newest(statuses: readonly RevisionStatus[]): Promise<RevisionInfo | undefined>
  /** @throws SwitchyardError `not-found` */
  setStatus(number: number, status: RevisionStatus, detail?: Detail): Promise<RevisionInfo>
  /** Whether the store can be written, as far as it knows. If the last write failed, it tries one. @throws SwitchyardError as a write does */
  checkWritable(): Promise<void>
  /** Yields the revisions from a number on as they are, and then each appended revision and each change of a status. */
  watch(from: number, options?: { readonly signal?: AbortSignal }): AsyncIterable<RevisionInfo>
  close(): Promise<void>
}
