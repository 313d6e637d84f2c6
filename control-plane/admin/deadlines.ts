// How long a client may take to send a request, and how long the admin waits for clients when it closes.

import type { FastifyInstance } from 'fastify'

export interface Deadlines {
  /** Milliseconds for the headers of a request, and for the whole request. Later ones are answered 408. */
  readonly headersMs: number
  readonly requestMs: number
  /** Milliseconds for the handshake of TLS. Then the connection is closed. */
  readonly handshakeMs: number
  /** Milliseconds between two checks of all connections. */
  readonly checkMs: number
  /** Milliseconds that open requests have when the admin closes. What waits for nodes is answered at once. */
  readonly closeMs: number
}

/** A client that sends a byte a second is gone within 15 s. */
export const DEADLINES: Deadlines = {
  handshakeMs: 7_000,
  headersMs: 10_000,
  requestMs: 14_000,
  checkMs: 1_000,
  closeMs: 2_000,
}

/** Connections at a time. They leave files to the streams of nodes, which the same process serves. */
export const MOST_CONNECTIONS = 1_000
/** Longer than the longest wait: a client that does not read its answer is disconnected after it. */
const UNREAD_MS = 320_000

/** Fastify's options. Its own default is no deadline at all. */
export function deadlineOptions({ headersMs, requestMs, checkMs }: Deadlines) {
  return {
    requestTimeout: requestMs,
    connectionTimeout: UNREAD_MS,
    http: { headersTimeout: headersMs, connectionsCheckingInterval: checkMs },
  }
}

/** Answers what it can, and then closes the connections of clients that have not sent their request or do not read. */
export async function closeWithin(server: FastifyInstance, closeMs: number): Promise<void> {
  const cut = setTimeout(() => server.server.closeAllConnections(), closeMs)
  await server.close()
  clearTimeout(cut)
}
