// The folder of development certificates: its files, their permissions, and what a renewal keeps.

import { X509Certificate } from 'node:crypto'
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { testFolder } from '../../test/support/test-folder.ts'
import { runYard } from '../../test/support/yard-process.ts'
import { writeCertificates } from './folder.ts'

const SECRETS = ['edge', 'client', 'echo']
const IDENTITIES = ['ca', 'control-plane']
/** Paths below the root, without their ends. */
const PAIRS = [...SECRETS.map((name) => `secrets/${name}`), ...IDENTITIES.map((name) => `identities/${name}`)]

t.test('both files of each part are written, keys with access for their owner only', async (t) => {
  const root = join(testFolder(t), 'certs')
  const files = await writeCertificates(root)
  const pairs = PAIRS.flatMap((path) => [`${path}.key`, `${path}.pem`])
  t.same([...files].toSorted(), [...pairs, 'secrets/ca.pem'].map((path) => join(root, path)).toSorted())
  for (const path of PAIRS) t.equal(statSync(join(root, `${path}.key`)).mode & 0o777, 0o600, path)
  for (const folder of ['secrets', 'identities']) t.equal(statSync(join(root, folder)).mode & 0o777, 0o700)
})

t.test('S56: no key of the CA or of the control plane is among the secrets', async (t) => {
  const root = testFolder(t)
  await writeCertificates(root)
  t.same(
    readdirSync(join(root, 'secrets')).toSorted(),
    ['ca.pem', ...SECRETS.flatMap((name) => [`${name}.key`, `${name}.pem`])].toSorted(),
  )
})

t.test('a renewal keeps the CA, and replaces everything else', async (t) => {
  const root = testFolder(t)
  await writeCertificates(root)
  const read = () => PAIRS.map((path) => readFileSync(join(root, `${path}.pem`), 'utf8'))
  const before = read()
  await writeCertificates(root)
  t.same(
    PAIRS.filter((_, index) => read()[index] === before[index]),
    ['identities/ca'],
  )
})

t.test('the CA outlives the certificates, or is an error', async (t) => {
  const folder = testFolder(t)
  const certs = (hours: string) => runYard(t, folder, 'certs', '--out', folder, '--hours', hours)
  t.match(await certs('2160'), { code: 0 })
  const { validToDate } = new X509Certificate(readFileSync(join(folder, 'identities', 'ca.pem')))
  t.ok(validToDate.getTime() > Date.now() + 9 * 2160 * 3_600_000, 'a renewal can keep it')
  t.match(await certs('4320'), { code: 0 }, 'the accepted twin')
  t.match(await certs('43200'), { code: 2, output: /the CA expires on \d{4}-.*fewer --hours/ })
})

t.test('an unreadable CA is not overwritten', async (t) => {
  const folder = testFolder(t)
  await writeCertificates(folder)
  writeFileSync(join(folder, 'identities', 'ca.key'), 'no key')
  await t.rejects(writeCertificates(folder), {
    code: 'invalid-argument',
    message: /cannot create certificates in/,
  })
  t.equal(readFileSync(join(folder, 'identities', 'ca.key'), 'utf8'), 'no key')
})

t.test('yard certs writes them, and additional ones', async (t) => {
  const folder = testFolder(t)
  const ended = await runYard(
    t,
    folder,
    'certs',
    '--out',
    join(folder, 'certs'),
    '--for',
    'edge-1=spiffe://switchyard/fleet/edge/node/edge-1',
  )
  t.match(ended, { code: 0, stdout: '' })
  for (const path of [...PAIRS, 'identities/edge-1']) {
    t.ok(readFileSync(join(folder, 'certs', `${path}.pem`)), path)
  }
})

t.test('the edge is valid for the addresses of its nodes, and every server for further names', async (t) => {
  const folder = testFolder(t)
  const read = (path: string) => new X509Certificate(readFileSync(join(folder, `${path}.pem`)))
  t.match(await runYard(t, folder, 'certs', '--out', folder, '--dns', 'shop.local', '--ip', '10.0.0.7'), {
    code: 0,
  })
  const edge = read('secrets/edge')
  for (const ip of ['127.0.0.1', '127.0.1.1', '127.0.1.254', '10.0.0.7']) t.equal(edge.checkIP(ip), ip)
  t.equal(edge.checkIP('127.0.2.1'), undefined)
  for (const path of ['secrets/edge', 'secrets/echo', 'identities/control-plane']) {
    t.equal(read(path).checkHost('shop.local'), 'shop.local', path)
    t.equal(read(path).checkIP('10.0.0.7'), '10.0.0.7', path)
  }
  t.notMatch(read('secrets/client').subjectAltName, 'shop.local')
  for (const flags of [
    ['--dns', '10.0.0.7'],
    ['--ip', 'shop.local'],
  ]) {
    t.match(await runYard(t, folder, 'certs', '--out', folder, ...flags), { code: 2, output: /such as/ })
  }
  t.match(await runYard(t, folder, 'certs', '--cert-manager', 'mesh', '--ip', '::1'), {
    code: 2,
    output: /--dns and --ip belong to --out/,
  })
})

t.test('yard certs rejects a certificate without a name', async (t) => {
  const folder = testFolder(t)
  t.match(await runYard(t, folder, 'certs', '--out', folder, '--for', 'spiffe://a'), {
    code: 2,
    output: /such as edge-1=spiffe:\/\/switchyard\/fleet\/edge\/node\/edge-1, not "spiffe:\/\/a"/,
  })
})
