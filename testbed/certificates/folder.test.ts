// The folder of development certificates: its files, their permissions, and what a renewal keeps.

import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { runYard } from '../../test/support/yard-process.ts'
import { PARTS, writeCertificates } from './folder.ts'

const NAMES = ['ca', ...PARTS.map(({ name }) => name)]

t.test('a CA and both files of each part are written, keys with access for their owner only', async (t) => {
  const folder = join(t.testdir(), 'certs')
  const files = await writeCertificates(folder)
  t.same(
    [...files].toSorted(),
    NAMES.flatMap((name) => [join(folder, `${name}.key`), join(folder, `${name}.pem`)]).toSorted(),
  )
  for (const name of NAMES) t.equal(statSync(join(folder, `${name}.key`)).mode & 0o777, 0o600, name)
  t.equal(statSync(folder).mode & 0o777, 0o700)
})

t.test('a renewal keeps the CA, and replaces everything else', async (t) => {
  const folder = t.testdir()
  await writeCertificates(folder)
  const read = () => NAMES.map((name) => readFileSync(join(folder, `${name}.pem`), 'utf8'))
  const before = read()
  await writeCertificates(folder)
  t.same(
    read().map((text, index) => text === before[index]),
    [true, ...PARTS.map(() => false)],
  )
})

t.test('an unreadable CA is not overwritten', async (t) => {
  const folder = t.testdir()
  await writeCertificates(folder)
  writeFileSync(join(folder, 'ca.key'), 'no key')
  await t.rejects(writeCertificates(folder), {
    code: 'invalid-argument',
    message: /cannot create certificates in/,
  })
  t.equal(readFileSync(join(folder, 'ca.key'), 'utf8'), 'no key')
})

t.test('yard certs writes them, and additional ones', async (t) => {
  const folder = t.testdir()
  const ended = await runYard(
    t,
    folder,
    'certs',
    '--out',
    join(folder, 'certs'),
    '--for',
    'edge-1=spiffe://switchyard/edge-1',
  )
  t.match(ended, { code: 0, stdout: '' })
  for (const name of [...NAMES, 'edge-1']) t.ok(readFileSync(join(folder, 'certs', `${name}.pem`)), name)
})

t.test('yard certs rejects a certificate without a name', async (t) => {
  const folder = t.testdir()
  t.match(await runYard(t, folder, 'certs', '--out', folder, '--for', 'spiffe://a'), {
    code: 2,
    output: /not "spiffe:\/\/a"/,
  })
})
