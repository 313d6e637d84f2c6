// What access logs say of a change: the first call that met the new content, and the connections that keep the old one until they end.

import type { Message } from '@bufbuild/protobuf'
import { type ContentMarks, marksOf } from '../translate/content-marks.ts'
import type { LoggedEntries, LogListener } from './access-logs.ts'
import type { LogEntry } from './log-entry.ts'
import { OpenConnections } from './open-connections.ts'

/** Times are in milliseconds since 1970. */
export interface FoundEvidence {
  readonly firstCall?: { readonly at: number; readonly from: 'accessLog' }
  /** Open connections that keep old content, of those whose calls were logged. */
  readonly oldConnections?: number
  /** When the last of them ended. */
  readonly lastGoneAt?: number
}

export type OnEvidence = (fleet: string, node: string, evidence: FoundEvidence) => void

/** The last change of a fleet. */
interface Change {
  readonly at: number
  readonly marks: ContentMarks
  /** Marks that the content before did not have. */
  readonly fresh: ReadonlySet<string>
  /** Marks of listeners and clusters that this content does not have any more. */
  readonly gone: ReadonlySet<string>
  /** Nodes whose first call is found. */
  readonly called: Set<string>
  /** By node: what was said last. */
  readonly old: Map<string, number>
}

type Translations = ReadonlyMap<string, { readonly resources: readonly Message[] }>

/** Observes what is served, and listens to access logs. It must be told of a change after whoever keeps the evidence. */
export class LogEvidence implements LogListener {
  readonly #report: OnEvidence
  readonly #now: () => number
  readonly #changes = new Map<string, Change>()
  readonly #connections = new OpenConnections()
  #translations: Translations = new Map()

  /** @param now milliseconds since 1970 */
  constructor(report: OnEvidence, now: () => number = Date.now) {
    this.#report = report
    this.#now = now
  }

  serving(_revision: number, translations: Translations): void {
    this.#translations = translations
  }

  served(fleets: Iterable<string>): void {
    for (const fleet of fleets) {
      const translation = this.#translations.get(fleet)
      if (translation === undefined) this.#changes.delete(fleet)
      else this.#begin(fleet, marksOf(translation.resources))
    }
  }

  readonly logged = ({ node, fleet, entries }: LoggedEntries): void => {
    const change = this.#changes.get(fleet)
    for (const entry of entries) {
      this.#connections.take(fleet, node, entry)
      if (change !== undefined && isFirst(change, node, entry)) {
        change.called.add(node)
        const oldConnections = this.#connections.countOf(fleet, node, change.gone)
        change.old.set(node, oldConnections)
        this.#report(fleet, node, { firstCall: { at: entry.at, from: 'accessLog' }, oldConnections })
      }
    }
    const last = entries.at(-1)
    if (change !== undefined && last !== undefined) this.#recount(fleet, node, change, last.at)
  }

  readonly left = (fleet: string, node: string): void => {
    this.#connections.forget(fleet, node)
    this.#changes.get(fleet)?.old.delete(node)
  }

  #begin(fleet: string, marks: ContentMarks): void {
    const before = this.#changes.get(fleet)?.marks
    const now = [...marks.clusters, ...marks.rules, ...marks.listeners]
    const had = before && new Set([...before.clusters, ...before.rules, ...before.listeners])
    const kept = new Set(now)
    const change: Change = {
      at: this.#now(),
      marks,
      // Of content that was served before this process started, or without marks, nothing is known.
      fresh: new Set(had === undefined || had.size === 0 ? [] : now.filter((mark) => !had.has(mark))),
      gone: new Set(
        [...(before?.clusters ?? []), ...(before?.listeners ?? [])].filter((mark) => !kept.has(mark)),
      ),
      called: new Set(),
      old: new Map(),
    }
    this.#changes.set(fleet, change)
    if (change.gone.size === 0) return
    for (const node of this.#connections.nodesOf(fleet)) this.#recount(fleet, node, change, change.at)
  }

  #recount(fleet: string, node: string, change: Change, at: number): void {
    if (change.gone.size === 0) return
    const before = change.old.get(node) ?? 0
    const count = this.#connections.countOf(fleet, node, change.gone)
    if (count === before) return
    change.old.set(node, count)
    this.#report(fleet, node, { oldConnections: count, ...(count === 0 && { lastGoneAt: at }) })
  }
}

/** An entry from before the change may have a fresh mark too: after a change back to earlier content. */
function isFirst(
  { at, fresh, called }: Change,
  node: string,
  { kind, tags, at: endedAt }: LogEntry,
): boolean {
  if (called.has(node) || fresh.size === 0 || (kind !== 'call' && kind !== 'connected')) return false
  return endedAt >= at && [...tags.values()].some((mark) => fresh.has(mark))
}
