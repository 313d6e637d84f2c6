// `yard call` with TLS by flags, against a backend that requires client certificates. test/envoy/ has it with a testbed.

import { once } from 'node:events'
import { mkdir } from 'node:fs/promises'
import { createServer, type ServerHttp2Stream } from 'node:http2'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { startBackend } from '../../services/backend-server.ts'
import { testFolder } from '../../test/support/test-folder.ts'
import { runYard } from '../../test/support/yard-process.ts'
import { writeCertificates } from '../../testbed/certificates/folder.ts'

const folder = testFolder(t)
await writeCertificates(folder, { serverNames: { dns: ['shop.local'], ips: [] } })
const other = join(folder, 'other')
await mkdir(other)
await writeCertificates(other)
const file = (name: string) => join(folder, 'secrets', name)
const backend = await startBackend({
  id: 'b1',
  listen: { host: '127.0.0.1', port: 0 },
  latencyMs: 0,
  tls: { certificate: file('echo.pem'), key: file('echo.key'), clientCa: file('ca.pem') },
})
t.teardown(() => backend.close())

const call = (t: Test, ...flags: string[]) =>
  runYard(t, testFolder(t), 'call', 'edge', '-n', '1', '-c', '1', '--to', backend.address, ...flags)
const ca = ['--ca', file('ca.pem')]
const client = ['--cert', file('client.pem'), '--key', file('client.key')]

t.test('TLS with the right files answers, and without one of them does not', async (t) => {
  const answer = await call(t, ...ca, ...client)
  t.match(answer, { code: 0, stdout: /b1 +1 +100\.0%/ })
  t.notMatch(answer.output, 'Warning')
  const plaintext = await call(t)
  t.match(plaintext, { code: 1, output: /1 of 1 failed: .*: does the listener use TLS\? Then give --ca\n$/ })
  t.notMatch(plaintext.output, /Resolution note|\d{4}-\d\d-\d\dT/)
  t.match(await call(t, ...ca), {
    code: 1,
    output: /1 of 1 failed: .*: the listener may want a client certificate: --cert and --key\n$/s,
  })
  t.match(await call(t, '--ca', join(other, 'secrets', 'ca.pem'), ...client), { code: 1 }, 'another CA')
})

t.test('--authority is the name that TLS checks', async (t) => {
  t.match(await call(t, ...ca, ...client, '--authority', 'shop.local:443'), { code: 0 })
  t.match(await call(t, ...ca, ...client, '--authority', 'elsewhere.local'), {
    code: 1,
    output: /elsewhere\.local/,
  })
})

t.test('a call without a message is explained by its status', async (t) => {
  const server = createServer().on('stream', (stream: ServerHttp2Stream) => {
    // So answers Envoy a call for which it has no route.
    const headers = { ':status': 200, 'content-type': 'application/grpc', 'grpc-status': '12' }
    stream.respond(headers, { endStream: true })
  })
  server.listen({ host: '127.0.0.1', port: 0 })
  await once(server, 'listening')
  t.teardown(() => server.close())
  const { port } = server.address() as AddressInfo
  const answer = await runYard(
    t,
    testFolder(t),
    'call',
    'edge',
    '-n',
    '3',
    '--to',
    `127.0.0.1:${port}`,
    '-o',
    'json',
  )
  t.equal(answer.code, 1)
  t.match(JSON.parse(answer.stdout), {
    failed: 3,
    failures: [/^UNIMPLEMENTED: no rule of the listener's routes matches this call or host$/],
  })
})

t.test('files that cannot be used are named', async (t) => {
  t.match(await call(t, '--ca', '/no/ca.pem'), { code: 2, output: /TLS needs --ca FILE: .*\/no\/ca\.pem/ })
  t.match(await call(t, ...ca, '--cert', file('client.pem')), { code: 2, output: /--cert and --key belong/ })
  t.match(await call(t, ...ca, '--cert', file('client.pem'), '--key', file('ca.pem')), {
    code: 2,
    output: /TLS does not accept .*client\.pem, .*ca\.pem: /,
  })
})
