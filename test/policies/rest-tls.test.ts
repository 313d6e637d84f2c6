// REST over TLS: the control plane as a process with a certificate, which is renewed while it runs, and `yard` as its client.

import { EventEmitter, once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { request } from 'node:https'
import { type AddressInfo, connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { connect as connectTls, type SecureVersion } from 'node:tls'
import { fileURLToPath } from 'node:url'
import t, { type Test } from 'tap'
import { RestIdentity } from '../../control-plane/access/rest-identity.ts'
import { closeWithin, DEADLINES } from '../../control-plane/admin/deadlines.ts'
import { startProcess } from '../../processes/running-process.ts'
import { Authority } from '../../testbed/certificates/authority.ts'
import { readToken } from '../../testbed/token-file.ts'
import { writeCertificate } from '../support/certificates.ts'
import { sampleWith } from '../support/sample-config.ts'
import { serveFleet } from '../support/served-fleet.ts'
import { clientHello, untilClosed } from '../support/slow-peer.ts'
import { until } from '../support/until.ts'
import { runYard } from '../support/yard-process.ts'

const MAIN = fileURLToPath(new URL('../../control-plane/main.ts', import.meta.url))
const NAMES = { name: 'rest', ips: ['127.0.0.1'], dns: ['rest.internal', '*.ops.internal'] }
/** TLS 1.1 works where nobody rejects it: Node and OpenSSL do not, with these. */
const OLD_TLS = ['--tls-min-v1.0', '--tls-cipher-list=DEFAULT@SECLEVEL=0']

// A path in `t.testdir()` may be too long for a socket.
const folder = mkdtempSync(join(tmpdir(), 'rest-'))
t.teardown(() => rmSync(folder, { recursive: true }))
const at = (name: string) => join(folder, name)
const authority = await Authority.create('CA of REST')
const other = await Authority.create('another CA')
const ca = authority.issued.certificate
await writeFile(at('ca.pem'), ca)
await writeFile(at('other-ca.pem'), other.issued.certificate)
await writeFile(at('yard.yaml'), JSON.stringify(sampleWith({})))
const files = await writeCertificate(folder, 'rest', await authority.issue(NAMES))
await writeCertificate(folder, 'edge', await authority.issue({ name: 'edge', dns: ['edge.internal'] }))

const lines: string[] = []
const printed = new EventEmitter()
const controlPlane = startProcess({
  name: 'control plane',
  command: process.execPath,
  args: [
    ...OLD_TLS,
    MAIN,
    ...['--config', at('yard.yaml'), '--state', at('state'), '--secrets', folder],
    ...['--xds', `unix:${at('xds.sock')}`],
    ...['--admin-certificate', files.certificate, '--admin-key', files.key, '--die-with-parent'],
  ],
  ready: (line): { admin: string; tokens: string } | undefined =>
    line.startsWith('{"admin"') ? JSON.parse(line) : undefined,
  onLine: (line) => {
    lines.push(line)
    printed.emit('line')
  },
})
t.teardown(() => controlPlane.stop())
const { admin, tokens } = await controlPlane.ready
const { hostname, port } = new URL(admin)
const token = await readToken(tokens, 'operator')

interface Sent {
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
  readonly trusted?: string
}

/** As curl with `--cacert`: one connection for each request. */
async function ask(path: string, { body = '', trusted = ca, ...options }: Sent = {}) {
  const sent = request(`${admin}${path}`, {
    ...options,
    ca: trusted,
    // As curl does, it sends and verifies the host of the URL, whatever the header Host says.
    servername: '',
    agent: false,
  })
  sent.end(body)
  const [response] = await once(sent, 'response')
  return { status: response.statusCode, headers: response.headers, body: await text(response) }
}

/** A handshake of one version. @returns the fingerprint of the certificate that the server shows */
async function shake(version: SecureVersion): Promise<string> {
  const socket = connectTls({
    host: hostname,
    port: Number(port),
    ca,
    minVersion: version,
    maxVersion: version,
    ciphers: 'DEFAULT@SECLEVEL=0',
  })
  try {
    await once(socket, 'secureConnect')
    return socket.getPeerCertificate().fingerprint256
  } finally {
    socket.destroy()
  }
}

async function yard(t: Test, environment: Readonly<Record<string, string>>, ...args: readonly string[]) {
  const before = { ...process.env }
  Object.assign(process.env, { YARD_TOKEN: token, YARD_ADMIN_CA: '', ...environment })
  const ended = runYard(t, folder, ...args, '--admin', admin)
  process.env = before
  return await ended
}

t.test('REST over TLS answers clients that trust its CA, and no others', async (t) => {
  t.match(admin, /^https:\/\/127\.0\.0\.1:\d+$/)
  t.match(await ask('/healthz'), { status: 200, body: '{"status":"ok"}' })
  await t.rejects(ask('/healthz', { trusted: other.issued.certificate }), { code: /CERT|SIGNATURE/ })
})

t.test('REST over TLS rejects TLS 1.1, and takes 1.2 and 1.3', async (t) => {
  await t.rejects(shake('TLSv1.1'), { code: 'ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION' })
  for (const version of ['TLSv1.2', 'TLSv1.3'] as const) t.ok(await shake(version), `twin: ${version}`)
})

t.test('REST over TLS answers nothing to plaintext, and closes the connection', async (t) => {
  const socket = connect(Number(port), hostname)
  const closed = new Promise((resolve) => socket.once('close', resolve))
  let answer = ''
  socket
    .on('error', () => {})
    .on('data', (chunk) => {
      answer += chunk
    })
  socket.write('GET /healthz HTTP/1.1\r\nhost: localhost\r\n\r\n')
  await closed
  t.notMatch(answer, /HTTP/)
})

t.test('S62: the names of the certificate are host names of REST, and no others', async (t) => {
  for (const host of ['rest.internal', `REST.internal:${port}`, 'a.ops.internal', '127.0.0.1']) {
    t.match(await ask('/healthz', { headers: { host } }), { status: 200 }, host)
  }
  // The name of its subject is for people.
  for (const host of ['evil.example', 'rest', 'a.b.ops.internal', 'rest.internal.evil.example']) {
    t.match(await ask('/healthz', { headers: { host } }), { status: 421 }, host)
  }
})

t.test("S56: the certificate and the key of REST are the control plane's own files", async (t) => {
  const patch = (name: string) =>
    ask('/v1/config', {
      method: 'PATCH',
      headers: {
        authorization: `Bearer ${token}`,
        'content-type': 'application/merge-patch+json',
        'if-match': '*',
      },
      body: JSON.stringify({
        secrets: { one: { certificate: `${name}.pem`, key: `${name}.key` } },
        fleets: { edge: { listeners: { main: { tls: { enabled: true, certificate: 'one' } } } } },
      }),
    })
  const { status, body } = await patch('rest')
  t.equal(status, 422)
  for (const name of ['certificate', 'key']) {
    const found = JSON.parse(body).problems.find(
      ({ path }: { path: string }) => path === `secrets.one.${name}`,
    )
    t.match(found, { message: /file of the control plane itself/ }, name)
  }
  t.match(await patch('edge'), { status: 202 }, 'twin')
})

t.test('yard trusts the CA of --admin-ca or YARD_ADMIN_CA, and no other', async (t) => {
  const flag = (name: string) => ['status', '--admin-ca', at(name)]
  const [byFlag, byEnvironment, wrong] = await Promise.all([
    yard(t, { YARD_ADMIN_CA: at('other-ca.pem') }, ...flag('ca.pem')),
    yard(t, { YARD_ADMIN_CA: at('ca.pem') }, 'status'),
    yard(t, {}, ...flag('other-ca.pem')),
  ])
  t.match(byFlag, { code: 0 }, 'by the flag, whatever the environment says')
  t.match(byEnvironment, { code: 0 }, 'by the environment')
  t.match(wrong, { code: 3, stdout: '', output: /^TLS with https:.* failed .*--admin-ca FILE/ })
})

t.test('the login link of yard ui has https, and its session cookie is Secure', async (t) => {
  const { stdout } = await yard(t, {}, 'ui', '--admin-ca', at('ca.pem'))
  const [, code] = /^https:\/\/127\.0\.0\.1:\d+\/ui\/#login=(\S+)\n$/.exec(stdout) ?? []
  const { status, headers } = await ask('/v1/sessions', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ code }),
  })
  t.equal(status, 201)
  t.match(String(headers['set-cookie']), /; HttpOnly; Secure; SameSite=Strict$/)
})

t.test('a renewed certificate is served without a restart, and an invalid one is not', async (t) => {
  const before = await shake('TLSv1.3')
  await writeFile(files.key, 'no key')
  const said = await reported(/^REST cannot be served over TLS with .*rest\.pem and .*rest\.key: /)
  t.ok(said, 'an invalid key is reported')
  t.equal(await shake('TLSv1.3'), before, 'the old certificate stays')
  const past = { notBefore: new Date(Date.now() - 7_200_000), notAfter: new Date(Date.now() - 3_600_000) }
  await writeCertificate(folder, 'rest', await authority.issue(NAMES, past))
  t.ok(await reported(/the certificate has ended at .*: renew it/), 'an expired certificate is reported')
  t.equal(await shake('TLSv1.3'), before, 'the old certificate stays')

  await writeCertificate(folder, 'rest', await authority.issue({ ...NAMES, dns: ['new.internal'] }))
  // The files are read once they have stayed as they are. The test's timeout bounds it.
  await until(async () => (await shake('TLSv1.3')) !== before)
  t.match(await ask('/healthz', { headers: { host: 'new.internal' } }), { status: 200 }, 'its new name')
  t.match(await ask('/healthz', { headers: { host: 'rest.internal' } }), { status: 421 }, 'its old name')
  await t.rejects(shake('TLSv1.1'), { code: 'ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION' })
})

/** The line on the control plane's standard error; waits for it. */
async function reported(pattern: RegExp): Promise<string> {
  for (;;) {
    const found = lines.find((line) => pattern.test(line))
    if (found !== undefined) return found
    await once(printed, 'line')
  }
}

t.test('S66: REST over TLS closes connections whose handshake does not go on', async (t) => {
  const identity = await RestIdentity.open(files)
  const deadlines = { handshakeMs: 200, headersMs: 60_000, requestMs: 60_000, checkMs: 20, closeMs: 100 }
  const { admin: server } = await serveFleet(t, undefined, { identity, deadlines })
  await server.listen({ host: '127.0.0.1', port: 0 })
  const { port } = server.server.address() as AddressInfo
  const hello = await clientHello()
  await untilClosed(`127.0.0.1:${port}`, hello.subarray(0, hello.length / 2))
  t.pass('half a ClientHello')
  await untilClosed(`127.0.0.1:${port}`, Buffer.alloc(0))
  t.pass('no byte')
  // A busy machine may be late with a whole handshake too.
  await until(async () => {
    const sent = request(`https://127.0.0.1:${port}/healthz`, { ca, agent: false }).end()
    const [response] = await once(sent, 'response').catch(() => [])
    return response?.statusCode === 200
  })
  t.pass('twin')
})

t.test('S66: REST over TLS ends without waiting for handshakes', async (t) => {
  const identity = await RestIdentity.open(files)
  const deadlines = { ...DEADLINES, handshakeMs: 600_000 }
  const { admin: server } = await serveFleet(t, undefined, { identity, deadlines })
  await server.listen({ host: '127.0.0.1', port: 0 })
  const accepted = once(server.server, 'connection')
  const closed = untilClosed(
    `127.0.0.1:${(server.server.address() as AddressInfo).port}`,
    Buffer.from('1603010200010001fc0303', 'hex'),
  )
  await accepted
  await closeWithin(server, 50)
  await closed
  t.pass('closed')
})
