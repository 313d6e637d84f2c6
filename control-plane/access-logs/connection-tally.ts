// Counts calls by connection and backend, from access logs, until they are taken.

import type { LoggedEntries } from './access-logs.ts'
import type { LogEntry } from './log-entry.ts'

export interface ConnectionRow {
  readonly node: string
  readonly connection: string
  readonly upstream: string
  readonly address: string
  calls: number
  errors: number
}

export interface ConnectionRows {
  readonly rows: readonly ConnectionRow[]
  /** There were more connections. */
  readonly isTruncated: boolean
}

/** Connections that rows are kept of at a time, for each fleet. More would be more than a person sees. */
const MAX_CONNECTIONS = 100
/** Rows of one fleet: each connection may call several backends. */
const MAX_ROWS = 1_000

interface FleetRows {
  readonly rows: Map<string, ConnectionRow>
  readonly connections: Set<string>
  isTruncated: boolean
}

export class ConnectionTally {
  #fleets = new Map<string, FleetRows>()

  add({ node, fleet, entries }: LoggedEntries): void {
    for (const entry of entries) if (isCounted(entry)) this.#count(node, fleet, entry)
  }

  /** The rows by fleet since the last time. */
  take(): ReadonlyMap<string, ConnectionRows> {
    const taken = new Map(
      [...this.#fleets].map(([fleet, { rows, isTruncated }]) => [
        fleet,
        { rows: [...rows.values()], isTruncated },
      ]),
    )
    this.#fleets = new Map()
    return taken
  }

  #count(node: string, fleet: string, { connection, upstream, address, isFailed }: LogEntry): void {
    const ofFleet = this.#fleets.get(fleet) ?? { rows: new Map(), connections: new Set(), isTruncated: false }
    this.#fleets.set(fleet, ofFleet)
    const { rows, connections } = ofFleet
    const peer = JSON.stringify([node, connection])
    const key = JSON.stringify([node, connection, upstream, address])
    const known = rows.get(key)
    if (known === undefined) {
      const isFull = rows.size >= MAX_ROWS || (connections.size >= MAX_CONNECTIONS && !connections.has(peer))
      if (isFull) {
        ofFleet.isTruncated = true
        return
      }
    }
    const row = known ?? { node, connection, upstream, address, calls: 0, errors: 0 }
    connections.add(peer)
    rows.set(key, row)
    row.calls += 1
    if (isFailed) row.errors += 1
  }
}

/** A connection of mode l4 is one call: from its start, or from its end if it never had a backend. */
function isCounted({ kind, isFailed }: LogEntry): boolean {
  return kind === 'call' || kind === 'connected' || (kind === 'ended' && isFailed)
}
