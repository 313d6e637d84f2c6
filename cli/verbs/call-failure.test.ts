// What is said about a failed call, by its text and by what the flags say about TLS.

import { checkServerIdentity, type PeerCertificate } from 'node:tls'
import t from 'tap'
import { explainFailure } from './call-failure.ts'

const FAILED =
  'No connection established. Last error: read ECONNRESET (2026-01-02T03:04:05.678Z). Resolution note:'
const SHORT = 'No connection established. Last error: read ECONNRESET'
const REFUSED = 'No connection established. Last error: connect ECONNREFUSED 127.0.0.1:1'

/** Node's own text about a certificate with this many names of a kind, as grpc-js passes it on. */
function wrongName(host: string, kind: string, count: number): string {
  const names = Array.from({ length: count }, (_, index) => `${kind}:127.0.1.${index + 1}`)
  const certificate = { subject: {}, subjectaltname: names.join(', ') } as PeerCertificate
  return `No connection established. Last error: ${checkServerIdentity(host, certificate)}. Resolution note:`
}

t.test('a lost connection names the flag that may be missing, and only that one', async (t) => {
  t.equal(explainFailure(FAILED, 'none'), `${SHORT}: does the listener use TLS? Then give --ca`)
  t.equal(
    explainFailure(FAILED, 'ca'),
    `${SHORT}: the listener may want a client certificate: --cert and --key`,
  )
  t.equal(explainFailure(FAILED, 'certificate'), SHORT)
  t.equal(explainFailure(FAILED, undefined), SHORT, 'in a testbed')
  for (const tls of ['none', 'ca'] as const) t.equal(explainFailure(REFUSED, tls), REFUSED, 'nobody is there')
})

t.test('of the names of a certificate the first are shown', async (t) => {
  for (const [host, kind] of [
    ['shop.local', 'DNS'],
    ['10.0.0.7', 'IP Address'],
  ] as const) {
    t.match(explainFailure(wrongName(host, kind, 254), 'ca'), /127\.0\.1\.1, .*127\.0\.1\.5 … and 249 more$/)
    t.match(explainFailure(wrongName(host, kind, 5), 'ca'), /127\.0\.1\.4, [^ ]*127\.0\.1\.5$/)
  }
})

t.test('the message of a service stays as it is', async (t) => {
  for (const message of ['no such method', 'RBAC: access denied'])
    t.equal(explainFailure(message, 'none'), message)
})
