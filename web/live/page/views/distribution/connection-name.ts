// The names of a connection: a short one for its row, and all that is known of it for the pointer.

export interface ConnectionName {
  readonly node: string
  /** `:54321`, the caller's port, which tells connections apart; the whole address where it has no port. */
  readonly port: string
  /** `edge-1, from 127.0.0.1:54321`. */
  readonly full: string
}

/** @param connection the caller's end of it, as events have it: `127.0.0.1:54321`, `[::1]:54321` */
export function connectionNameOf(node: string, connection: string): ConnectionName {
  const port = /:\d+$/.exec(connection)?.[0] ?? connection
  return { node, port, full: `${node}, from ${connection}` }
}
