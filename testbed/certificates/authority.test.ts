// Certificates of the development authority, as Node and OpenSSL read them.

import { createPrivateKey, X509Certificate } from 'node:crypto'
import t from 'tap'
import { Authority } from './authority.ts'

const EDGE = {
  name: 'edge',
  uris: ['spiffe://switchyard/edge'],
  dns: ['localhost'],
  ips: ['127.0.0.1'],
}

t.test('a certificate has its names, is signed by its authority, and matches its key', async (t) => {
  const authority = await Authority.create('test')
  const issued = await authority.issue(EDGE)
  const [own, leaf] = [authority.issued, issued].map(({ certificate }) => new X509Certificate(certificate))
  t.equal(leaf?.subjectAltName, 'URI:spiffe://switchyard/edge, DNS:localhost, IP Address:127.0.0.1')
  t.equal(leaf?.checkIssued(own as X509Certificate), true)
  t.equal(leaf?.verify((own as X509Certificate).publicKey), true)
  t.equal(leaf?.checkPrivateKey(createPrivateKey(issued.key)), true)
  t.same([own?.ca, leaf?.ca], [true, false])
  const other = await Authority.create('test')
  t.equal(
    leaf?.verify(new X509Certificate(other.issued.certificate).publicKey),
    false,
    'another of the same name',
  )
})

t.test('validity is short, and can be set', async (t) => {
  const authority = await Authority.create('test')
  const life = async (validity?: object) => {
    const { validFromDate, validToDate } = new X509Certificate(
      (await authority.issue(EDGE, validity)).certificate,
    )
    return { from: validFromDate.getTime(), to: validToDate.getTime() }
  }
  const day = await life()
  t.ok(day.from < Date.now() && day.to - Date.now() <= 86_400_000, 'a day by default')
  const notBefore = new Date('2020-01-01T00:00:00Z')
  const notAfter = new Date('2020-01-02T00:00:00Z')
  t.same(await life({ notBefore, notAfter }), { from: notBefore.getTime(), to: notAfter.getTime() })
})

t.test('a loaded authority signs as before', async (t) => {
  const first = await Authority.create('test')
  const again = await Authority.load(first.issued)
  const leaf = new X509Certificate((await again.issue(EDGE)).certificate)
  t.equal(leaf.verify(new X509Certificate(first.issued.certificate).publicKey), true)
})
