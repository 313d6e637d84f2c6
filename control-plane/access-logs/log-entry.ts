// What the control plane reads of an entry of an access log.

/** A call of mode l7 that has ended, a connection of mode l4 that has a backend or has ended, or any connection that was closed. */
export interface LogEntry {
  readonly kind: 'call' | 'connected' | 'ended' | 'closed'
  /** The address and port of the caller's end of the connection. */
  readonly connection: string
  /** The cluster; empty if the call came to none. */
  readonly upstream: string
  /** The backend; empty if there was none. */
  readonly address: string
  /** A call with a status other than OK, or a connection that Envoy could not serve. */
  readonly isFailed: boolean
  /** When it ended, in milliseconds since 1970 by the clock of the node. */
  readonly at: number
  /** By their names. */
  readonly tags: ReadonlyMap<string, string>
}
