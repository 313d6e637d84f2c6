// `yard bundle` as an operator runs it: an authorizer with the public key accepts what it writes.

import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { readBundle } from '../../services/authorizer/bundle/bundle.ts'
import { readVerificationKey } from '../../services/authorizer/bundle/signature.ts'
import { createKeys } from '../../test/support/bundle-pair.ts'
import { testFolder } from '../../test/support/test-folder.ts'
import { runYard } from '../../test/support/yard-process.ts'

t.test('a bundle is signed with the key, and keeps the revision that is given', async (t) => {
  const folder = testFolder(t)
  const [key, out] = [join(folder, 'policy.key'), join(folder, 'policy.tar.gz')]
  const { privateKey, publicKey } = createKeys()
  await writeFile(key, privateKey)
  const bundle = (...flags: readonly string[]) =>
    runYard(t, folder, 'bundle', '--policy', 'policies/authz', '--key', key, '--out', out, ...flags)

  t.match(await bundle(), { code: 0, output: /policy\.tar\.gz: revision \d{13}, signed/ })
  const read = async (pem: string) => readBundle(await readFile(out), readVerificationKey(pem))
  t.ok((await read(publicKey)).wasm.length > 0)
  await t.rejects(read(createKeys().publicKey), 'another key does not accept it')

  t.match(await bundle('--revision', '7-hotfix'), { code: 0, output: /revision 7-hotfix, signed/ })
  t.match(await read(publicKey), { revision: /^7-hotfix@\w+$/, order: { number: 7 } })
  t.match(await bundle('--revision', '1.2.3'), {
    code: 2,
    output: /revision "1\.2\.3"; give a number that grows/,
  })
})

t.test('a key that cannot be read is an error', async (t) => {
  const flags = [
    '--policy',
    'policies/authz',
    '--key',
    '/no.key',
    '--out',
    join(testFolder(t), 'policy.tar.gz'),
  ]
  t.match(await runYard(t, t.testdirName, 'bundle', ...flags), { code: 2, output: /cannot read \/no\.key/ })
})
