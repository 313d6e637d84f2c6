// The names in a client's certificate, as they are read from what Node says of it.

import type { DetailedPeerCertificate } from 'node:tls'
import t from 'tap'
import { createPeer, urisIn } from './peer.ts'

const CASES: readonly [written: string, uris: readonly string[]][] = [
  ['', []],
  ['URI:spiffe://a', ['spiffe://a']],
  ['DNS:localhost, IP Address:127.0.0.1, URI:spiffe://a, URI:spiffe://b', ['spiffe://a', 'spiffe://b']],
  ['DNS:"x, URI:spiffe://forged, y"', []],
  ['DNS:"x\\", URI:spiffe://forged, y", URI:spiffe://a', ['spiffe://a']],
  ['URI:"spiffe://a, URI:spiffe://forged"', ['spiffe://a, URI:spiffe://forged']],
  ['URI:spiffe://a"b, URI:spiffe://c', []],
]

for (const [written, uris] of CASES) {
  t.test(`of ${written || 'nothing'} it reads ${uris.join(' and ') || 'no URI'}`, async (t) => {
    t.same(urisIn(written), uris)
  })
}

t.test('a peer without a certificate has no names', async (t) => {
  t.same(createPeer('10.0.0.7:40112', {}), { address: '10.0.0.7:40112', uris: [] })
})

t.test('a peer with a certificate has the names in it', async (t) => {
  const sslPeerCertificate = { subjectaltname: 'DNS:a, URI:spiffe://a' } as DetailedPeerCertificate
  t.same(createPeer('10.0.0.7:40112', { sslPeerCertificate }).uris, ['spiffe://a'])
})
