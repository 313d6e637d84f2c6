// Lists of revoked certificates: what is served from them, and every way in which they can be invalid.

import 'reflect-metadata'
import * as x509 from '@peculiar/x509'
import t from 'tap'
import { Authority } from '../../../testbed/certificates/authority.ts'
import { checkRevocations } from './check-revocations.ts'
import { readSecret } from './read-secret.ts'

const NOW = new Date()
const PAST = { notBefore: new Date('2020-01-01'), notAfter: new Date('2020-02-01') }
const FUTURE = { notBefore: new Date('2100-01-01'), notAfter: new Date('2100-02-01') }
const mesh = await Authority.create('mesh')
const other = await Authority.create('other')
/** Has the name of `mesh`, and another key. */
const impostor = await Authority.create('mesh')
const { ca, leaf } = { ca: mesh.issued.certificate, leaf: await mesh.issue({ name: 'client' }) }

t.test('lists are served without what else is in the file, and end with the first', async (t) => {
  const soon = new Date(Math.floor(NOW.getTime() / 1_000) * 1_000 + 60_000)
  const [own, foreign] = [await mesh.revoke([leaf.certificate]), await other.revoke([], { notAfter: soon })]
  const checked = await checkRevocations(own + leaf.key + foreign + ca, ca, NOW)
  t.strictSame(checked, { crl: own + foreign, notAfter: soon }, 'those of a CA that peers may send too')
})

t.test('CAs of one name need a list each, and a CA that has expired needs none', async (t) => {
  const both = ca + impostor.issued.certificate
  const lists = (await mesh.revoke([])) + (await impostor.revoke([]))
  t.match(await checkRevocations(lists, both, NOW), { crl: lists })
  const old = await Authority.create('old', PAST)
  t.match(await checkRevocations(await mesh.revoke([]), old.issued.certificate + ca, NOW), { crl: String })
})

const DELTA = new x509.Extension('2.5.29.27', true, new Uint8Array([2, 1, 1]))
const INVALID: readonly [title: string, text: () => string | Promise<string>, messages: readonly RegExp[]][] =
  [
    ['a file without a list', () => ca, [/^has no list of revoked certificates in PEM, .*X509 CRL-----$/]],
    [
      'a torn list',
      async () => (await mesh.revoke([])).replace(/M/g, '!'),
      [/^has a list that cannot be parsed/],
    ],
    [
      'a list that has expired',
      () => mesh.revoke([], PAST),
      [/^has expired: the list of CN=mesh was to be replaced by 2020-02-01/],
    ],
    ['a list of later', () => mesh.revoke([], FUTURE), [/^is not valid yet: .* is valid from 2100-01-01/]],
    [
      'a list that somebody else has signed',
      () => impostor.revoke([]),
      [/^has a list of CN=mesh that the CA of this name in ca did not sign/, /^has no list of CN=mesh/],
    ],
    [
      'no list of the CA',
      () => other.revoke([]),
      [/^has no list of CN=mesh, so Envoy would reject all certificates by it; add the list/],
    ],
    [
      'a delta list',
      () => mesh.revoke([], {}, [DELTA]),
      [/^has a list of CN=mesh with the critical extension 2\.5\.29\.27, .* name a complete list$/],
    ],
  ]

for (const [title, text, messages] of INVALID) {
  t.test(`${title} is invalid`, async (t) => {
    t.match(await checkRevocations(await mesh.revoke([]), ca, NOW), { crl: String }, 'the accepted twin')
    const found = await checkRevocations(await text(), ca, NOW)
    if ('crl' in found) return t.fail('it was taken')
    t.match(
      found,
      messages.map((message) => ({ field: 'crl', message })),
    )
    t.equal(found.length, messages.length)
  })
}

t.test('a secret ends with its list, and a list in the file of the CA alone is an error', async (t) => {
  const soon = new Date(Math.floor(NOW.getTime() / 1_000) * 1_000 + 60_000)
  const text = ca + (await mesh.revoke([], { notAfter: soon }))
  const read = async () => ({ text })
  t.match(await readSecret(read, { ca: 'ca.pem', crl: 'ca.pem' }, NOW), { bytes: { ca }, notAfter: soon })
  t.match(await readSecret(read, { ca: 'ca.pem' }, NOW), [
    { field: 'ca', message: /^has a list of revoked certificates too, .* name the file in the field crl/ },
  ])
})
