// Invalid TLS files are reported before anything listens.

import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { writeCertificate } from '../../test/support/certificates.ts'
import { testFolder } from '../../test/support/test-folder.ts'
import { Authority } from '../../testbed/certificates/authority.ts'
import { openServerIdentity } from './server-credentials.ts'

t.test('files that do not match, or are missing, are errors that name them', async (t) => {
  const authority = await Authority.create('test')
  const folder = testFolder(t, { 'ca.pem': authority.issued.certificate, 'none.pem': 'no certificate' })
  const clientCa = join(folder, 'ca.pem')
  const server = await writeCertificate(folder, 'server', await authority.issue({ name: 'test' }))
  const other = await writeCertificate(folder, 'other', await authority.issue({ name: 'test' }))
  const none = join(folder, 'none.pem')
  await t.resolves(openServerIdentity({ ...server, clientCa }), 'the twin')

  const gone = join(folder, 'gone.pem')
  await writeFile(join(folder, 'empty.pem'), '')
  const cases: readonly [Parameters<typeof openServerIdentity>[0], RegExp][] = [
    [{ ...server, key: other.key, clientCa }, /server\.pem, .*other\.key and .*ca\.pem: .*mismatch/],
    [{ ...server, certificate: gone, clientCa }, /ENOENT.*gone\.pem/],
    [{ ...server, certificate: none, clientCa }, /none\.pem/],
    [{ ...server, clientCa: gone }, /ENOENT.*gone\.pem/],
    [{ ...server, clientCa: join(folder, 'empty.pem') }, /PEM|no start line/i],
    [{ ...server, clientCa: none }, /PEM|no start line/i],
  ]
  for (const [files, message] of cases) {
    await t.rejects(openServerIdentity(files), { code: 'invalid-argument', message })
  }
})
