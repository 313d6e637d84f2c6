// When a chain of certificates ends, as Node shows it.

import type { DetailedPeerCertificate } from 'node:tls'

/** In milliseconds since 1970, of the certificate that ends first; undefined without one. */
export function certificateEnd(leaf: DetailedPeerCertificate): number | undefined {
  const ends: number[] = []
  const seen = new Set<DetailedPeerCertificate>()
  // A root is its own issuer.
  for (let one = leaf; one?.valid_to !== undefined && !seen.has(one); one = one.issuerCertificate) {
    seen.add(one)
    ends.push(Date.parse(one.valid_to))
  }
  return ends.length === 0 ? undefined : Math.min(...ends)
}
