// `yard call` with TLS by flags, against a backend that requires client certificates. test/envoy/ has it with a testbed.

import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { startBackend } from '../../services/backend-server.ts'
import { runYard } from '../../test/support/yard-process.ts'
import { writeCertificates } from '../../testbed/certificates/folder.ts'

const folder = t.testdir()
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
  runYard(t, t.testdir(), 'call', 'edge', '-n', '1', '-c', '1', '--to', backend.address, ...flags)
const ca = ['--ca', file('ca.pem')]
const client = ['--cert', file('client.pem'), '--key', file('client.key')]

t.test('TLS with the right files answers, and without one of them does not', async (t) => {
  const answer = await call(t, ...ca, ...client)
  t.match(answer, { code: 0, stdout: /b1 +1 +100\.0%/ })
  t.notMatch(answer.output, 'Warning')
  t.match(await call(t), { code: 1, output: /1 of 1 failed/ }, 'plaintext')
  t.match(await call(t, ...ca), { code: 1, output: /1 of 1 failed/ }, 'no client certificate')
  t.match(await call(t, '--ca', join(other, 'secrets', 'ca.pem'), ...client), { code: 1 }, 'another CA')
})

t.test('--authority is the name that TLS checks', async (t) => {
  t.match(await call(t, ...ca, ...client, '--authority', 'shop.local:443'), { code: 0 })
  t.match(await call(t, ...ca, ...client, '--authority', 'elsewhere.local'), {
    code: 1,
    output: /elsewhere\.local/,
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
