// The peer of a stream, as the transport identifies it.

import type { ServerDuplexStream } from '@grpc/grpc-js'

type AuthContext = ReturnType<ServerDuplexStream<unknown, unknown>['getAuthContext']>

/**
 * Who opened a stream, as the transport knows it.
 *
 * @example
 * ```ts
 * import type { Peer } from 'switchyard'
 *
 * const isLocal = ({ address }: Peer) => address.startsWith('127.')
 * ```
 */
export interface Peer {
  /** Such as `10.0.0.7:40112`. */
  readonly address: string
  /** The URI names (SAN) of its verified client certificate. Empty without one. */
  readonly uris: readonly string[]
}

export function createPeer(address: string, { sslPeerCertificate }: AuthContext): Peer {
  return { address, uris: urisIn(sslPeerCertificate?.subjectaltname ?? '') }
}

/** One name and its separator. Node quotes a value that contains a separator: https://nodejs.org/api/tls.html */
const NAME = /([^:,]+):("(?:[^"\\]|\\.)*"|[^",]*)(?:, |$)/y

/** The URIs among the subject alternative names, as Node writes them: `DNS:a, URI:spiffe://b, URI:"c, d"`. */
export function urisIn(subjectAltName: string): readonly string[] {
  const uris: string[] = []
  NAME.lastIndex = 0
  for (let match = NAME.exec(subjectAltName); match !== null; match = NAME.exec(subjectAltName)) {
    const [, kind, value = ''] = match
    if (kind === 'URI') uris.push(value.startsWith('"') ? JSON.parse(value) : value)
  }
  return uris
}
