// Certificates that are not the right one, although a name in them reads alike: by type, number, wildcard, key and signature.

import { once } from 'node:events'
import { createSecureServer } from 'node:http2'
import type { AddressInfo } from 'node:net'
import t, { type Test } from 'tap'
import { issueUnusual, type Unusual } from '../support/certificates.ts'
import { callAs, type Identity } from '../support/tls-client.ts'
import { startTlsEdge } from '../support/tls-edge.ts'
import { openTlsSession } from '../support/tls-session.ts'

const NAME = 'spiffe://switchyard/client'
const MUTUAL = { enabled: true, certificate: 'edge', clientCa: 'mesh' }
const ECHO = 'spiffe://switchyard/echo'
const [OK, PERMISSION_DENIED, ABORTED, UNAVAILABLE] = [0, 7, 10, 14]

const uri = (value: string) => ({ type: 'url' as const, value })
const dns = (value: string) => ({ type: 'dns' as const, value })
const rsa = (modulusLength: number) => ({
  name: 'RSASSA-PKCS1-v1_5',
  hash: 'SHA-256',
  modulusLength,
  publicExponent: new Uint8Array([1, 0, 1]),
})

async function startEdge(t: Test, security: object = {}, sans: readonly string[] = []) {
  const edge = await startTlsEdge(t, { listener: { ...MUTUAL, sans } })
  const { ca } = await edge.identity()
  const identity = async (unusual: Unusual): Promise<Identity> => ({
    ca,
    issued: await issueUnusual(edge.authority.issued, unusual),
  })
  if (Object.keys(security).length > 0)
    t.equal(await edge.patch({ fleets: { fleet: { security } } }), 'synced')
  return {
    ...edge,
    identityWith: identity,
    /** The status of a call with such a certificate. */
    callWith: async (unusual: Unusual) => callAs(edge.address, await identity(unusual)),
  }
}

t.test('S68: a rule by `san` takes one type of name, and one name', async (t) => {
  const rbac = { enabled: true, rules: { uri: { san: NAME } } }
  const edge = await startEdge(t, { rbac })
  t.equal(await callAs(edge.address, await edge.identity()), OK, 'the accepted twin')
  const denied: Readonly<Record<string, Unusual>> = {
    'a DNS name that spells the URI': { names: [dns(NAME)] },
    'a subject that spells the URI': { subject: `CN=${NAME}` },
    'the URI as a subject of its own, without a name': { subject: `CN=${NAME}`, names: [] },
    'two URIs, the right one first': { names: [uri(NAME), uri('spiffe://switchyard/admin')] },
    'two URIs, the right one last': { names: [uri('spiffe://switchyard/admin'), uri(NAME)] },
    'a URI with a comma': { names: [uri(`${NAME},spiffe://switchyard/admin`)] },
    'the URI in another case': { names: [uri('spiffe://switchyard/CLIENT')] },
    'no name': {},
    'a signature with SHA-1': { names: [uri(NAME)], hash: 'SHA-1' },
  }
  for (const [title, unusual] of Object.entries(denied)) {
    t.equal(await edge.callWith(unusual), PERMISSION_DENIED, title)
  }
  const allowed: Readonly<Record<string, Unusual>> = {
    'the URI alone': { names: [uri(NAME)] },
    'DNS names beside it': { names: [dns('a.local'), uri(NAME), dns('b.local')] },
    'an RSA key of 2048 bits': { names: [uri(NAME)], keys: rsa(2_048) },
  }
  for (const [title, unusual] of Object.entries(allowed)) t.equal(await edge.callWith(unusual), OK, title)

  const names = {
    dns: { san: 'batch.local' },
    ip: { san: '10.0.0.7' },
    mail: { san: 'batch@switchyard.local' },
  }
  t.equal(
    await edge.patch({ fleets: { fleet: { security: { rbac: { rules: { uri: null, ...names } } } } } }),
    'synced',
  )
  const byName: readonly (readonly [Unusual['names'], number])[] = [
    [[dns('batch.local')], OK],
    [[dns('other.local'), dns('BATCH.local')], OK],
    [[{ type: 'ip', value: '10.0.0.7' }], OK],
    [[{ type: 'email', value: 'batch@switchyard.local' }], OK],
    [[dns('*.local')], PERMISSION_DENIED],
    [[dns('batch.local.evil.example')], PERMISSION_DENIED],
    [[dns('10.0.0.7')], PERMISSION_DENIED],
    [[uri('batch.local')], PERMISSION_DENIED],
    [[dns('batch@switchyard.local')], PERMISSION_DENIED],
  ]
  for (const [given, expected] of byName) {
    t.equal(await edge.callWith({ names: given ?? [] }), expected, JSON.stringify(given))
  }
})

t.test('S68: `sans` of a listener take one type of name, and no wildcard of others', async (t) => {
  const edge = await startEdge(t, {}, ['client.local', NAME])
  const cases: readonly (readonly [Unusual, number, string])[] = [
    [{ names: [dns('client.local')] }, OK, 'the accepted twin'],
    [{ names: [dns('Client.LOCAL')] }, OK, 'host names in another case'],
    [{ names: [dns('*.local')] }, UNAVAILABLE, 'a wildcard certificate of the domain'],
    [{ names: [dns(NAME)] }, UNAVAILABLE, 'a DNS name that spells the URI'],
    [{ names: [uri('client.local')] }, UNAVAILABLE, 'a URI that spells the host name'],
    [{ subject: 'CN=client.local' }, UNAVAILABLE, 'a subject that spells the host name'],
    [{ names: [dns('client-local')] }, UNAVAILABLE, 'a dot is no other character'],
  ]
  for (const [unusual, expected, title] of cases) t.equal(await edge.callWith(unusual), expected, title)
  t.equal(await edge.tls({ sans: ['*.local'] }), 'synced')
  t.equal(await edge.callWith({ names: [dns('*.local')] }), OK, 'a wildcard certificate that is written')
  t.equal(await edge.callWith({ names: [dns('client.local')] }), UNAVAILABLE, 'and no host in its domain')
})

t.test('S63: an upstream under TLS says whose certificates it accepts', async (t) => {
  const edge = await startEdge(t)
  const served = async () => callAs(edge.address, await edge.identity())
  const tls = { enabled: true, ca: 'mesh', certificate: 'client' }
  const problems = await edge.patch({ upstreams: { echo: { tls } } }).catch((error) => error.problems)
  t.match(problems, [{ path: 'upstreams.echo.tls.sans', message: /^is missing: write the names/ }])
  t.equal(await served(), OK, 'nothing has changed')
  for (const [sans, expected] of [
    ['any', OK],
    [[ECHO], OK],
    [['spiffe://switchyard/other'], UNAVAILABLE],
  ] as const) {
    t.equal(await edge.patch({ upstreams: { echo: { tls: { ...tls, sans } } } }), 'synced')
    t.equal(await served(), expected, String(sans))
  }
})

t.test('S68: short keys do not pass the handshake, of callers and of endpoints', async (t) => {
  const edge = await startEdge(t)
  for (const version of ['TLSv1.2', 'TLSv1.3'] as const) {
    for (const [bits, isAccepted] of [
      [2_048, true],
      [1_024, false],
    ] as const) {
      const identity = await edge.identityWith({ names: [uri(NAME)], keys: rsa(bits) })
      t.match(
        await openTlsSession(edge.address, identity, version),
        { isAccepted },
        `${version}: a caller with an RSA key of ${bits} bits`,
      )
    }
  }

  const { authority } = edge
  const endpoints: Record<string, object> = {}
  for (const bits of [2_048, 1_024]) {
    const { certificate, key } = await issueUnusual(authority.issued, { names: [uri(ECHO)], keys: rsa(bits) })
    const server = createSecureServer({ cert: certificate, key, ciphers: 'DEFAULT@SECLEVEL=0' })
    server.on('stream', (stream) => stream.respond({ 'grpc-status': ABORTED }, { endStream: true }))
    await once(server.listen(0, '127.0.0.1'), 'listening')
    t.teardown(() => server.close())
    const address = `127.0.0.1:${(server.address() as AddressInfo).port}`
    const tls = { enabled: true, ca: 'mesh', sans: [ECHO] }
    endpoints[`rsa-${bits}`] = { endpoints: { e: { address } }, tls }
  }
  t.equal(await edge.patch({ upstreams: endpoints }), 'synced')
  for (const [bits, expected] of [
    [2_048, ABORTED],
    [1_024, UNAVAILABLE],
  ] as const) {
    const to = { echo: null, 'rsa-2048': null, 'rsa-1024': null, [`rsa-${bits}`]: 1 }
    t.equal(await edge.patch({ routes: { all: { rules: { all: { to } } } } }), 'synced')
    t.equal(
      await callAs(edge.address, await edge.identity()),
      expected,
      `an endpoint with an RSA key of ${bits} bits`,
    )
  }
})
