// How a connection can be secured, and the round trips that nothing can save it.

export const SECURITIES = {
  plaintext: 'plaintext',
  'tls-1.2': 'TLS 1.2',
  'tls-1.2-resumed': 'TLS 1.2, resumed',
  'tls-1.3': 'TLS 1.3',
  'tls-1.3-resumed': 'TLS 1.3, resumed',
} as const

export type Security = keyof typeof SECURITIES

export const CLIENTS = { http2: "Node's http2", grpc: 'grpc-js' } as const
export type ClientKind = keyof typeof CLIENTS

/** A client that calls over a new connection. */
export interface HandshakeCase {
  readonly client: ClientKind
  readonly security: Security
}

/** grpc-js begins each session anew. */
export const HANDSHAKE_CASES: readonly HandshakeCase[] = [
  ...(Object.keys(SECURITIES) as Security[]).map((security) => ({ client: 'http2' as const, security })),
  ...(['plaintext', 'tls-1.2', 'tls-1.3'] as const).map((security) => ({
    client: 'grpc' as const,
    security,
  })),
]

export const caseName = ({ client, security }: HandshakeCase): string =>
  `${CLIENTS[client]}, ${SECURITIES[security]}`

/** https://www.rfc-editor.org/rfc/rfc5246#section-7.3, https://www.rfc-editor.org/rfc/rfc8446#section-2 */
const HANDSHAKE = {
  plaintext: 0,
  'tls-1.2': 2,
  'tls-1.2-resumed': 1,
  'tls-1.3': 1,
  'tls-1.3-resumed': 1,
} as const satisfies Record<Security, number>

/**
 * Round trips of the first call on a new connection: one for TCP, those of TLS, and its own. grpc-js sends no call before it has the
 * server's SETTINGS. These come a round trip after the client is ready to send, except in TLS 1.2, where the server ends the handshake
 * and sends them right behind it.
 */
export function leastRoundTrips({ client, security }: HandshakeCase): number {
  const settings = client === 'grpc' && security !== 'tls-1.2' ? 1 : 0
  return 1 + HANDSHAKE[security] + settings + 1
}
