// Secret files: what is served from them, and every way in which they can be invalid. No error shows their contents.

import { createPrivateKey, generateKeyPairSync } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { issueUnusual, rootWithRsaKey, type Unusual } from '../../../test/support/certificates.ts'
import { testFolder } from '../../../test/support/test-folder.ts'
import { Authority } from '../../../testbed/certificates/authority.ts'
import { readSecret } from './read-secret.ts'
import { createSecretFileReader } from './secret-files.ts'

const NOW = new Date()
const PAST = { notBefore: new Date('2020-01-01'), notAfter: new Date('2020-02-01') }
const FUTURE = { notBefore: new Date('2100-01-01'), notAfter: new Date('2100-02-01') }
const FILES = { certificate: 'edge.pem', key: 'edge.key', ca: 'ca.pem' }

async function makeFolder(t: Test) {
  const folder = testFolder(t)
  const authority = await Authority.create('test')
  const edge = await authority.issue({ name: 'edge' })
  const write = (file: string, text: string) => writeFileSync(join(folder, file), text)
  write('ca.pem', authority.issued.certificate)
  write('edge.pem', edge.certificate)
  write('edge.key', edge.key)
  return { folder, authority, edge, write }
}

/** The key as openssl writes it where it is asked for a passphrase. */
function encrypted(key: string, passphrase: string): string {
  const options = { type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase } as const
  return String(createPrivateKey(key).export(options))
}

t.test('what fits is served as it is, and expires when the first of it does', async (t) => {
  const { folder, authority, edge } = await makeFolder(t)
  const read = await readSecret(createSecretFileReader(folder), FILES, NOW)
  if (!('bytes' in read)) return t.fail(JSON.stringify(read))
  t.same(read.bytes, {
    certificate: { chain: edge.certificate, key: edge.key },
    ca: authority.issued.certificate,
  })
  const hours = (read.notAfter.getTime() - NOW.getTime()) / 3_600_000
  t.ok(hours > 23 && hours <= 24.1, `${hours} hours, not the authority's 30 days`)
})

t.test('a key with a passphrase is opened, and goes to Envoys without', async (t) => {
  const { folder, edge, write } = await makeFolder(t)
  write('edge.key', encrypted(edge.key, 'sesame'))
  write('edge.txt', 'sesame\n')
  const read = await readSecret(createSecretFileReader(folder), { ...FILES, passphrase: 'edge.txt' }, NOW)
  t.match(read, { bytes: { certificate: { key: edge.key } } })
})

t.test('a bundle may hold an expired CA beside a valid one', async (t) => {
  const { folder, authority, write } = await makeFolder(t)
  const old = await Authority.create('old', PAST)
  write('ca.pem', old.issued.certificate + authority.issued.certificate)
  t.match(await readSecret(createSecretFileReader(folder), FILES, NOW), { bytes: { ca: /BEGIN.*BEGIN/s } })
})

const RSA = { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256', publicExponent: new Uint8Array([1, 0, 1]) }
const WEAK: readonly [title: string, unusual: Unusual, message: RegExp][] = [
  [
    'S68: an RSA key of 1024 bits',
    { keys: { ...RSA, modulusLength: 1_024 } },
    /^of CN=unusual has an RSA key of 1024 bits; issue it for a key of 2048 bits or more/,
  ],
  [
    'S68: a signature with SHA-1',
    { hash: 'SHA-1' },
    /^of CN=unusual is signed with SHA-1; have it issued again/,
  ],
]

t.test('an RSA key of 2048 bits and a key on P-384 are strong enough', async (t) => {
  const { folder, authority, write } = await makeFolder(t)
  for (const keys of [
    { ...RSA, modulusLength: 2_048 },
    { name: 'ECDSA', namedCurve: 'P-384' },
  ]) {
    const { certificate, key } = await issueUnusual(authority.issued, { keys })
    write('edge.pem', certificate)
    write('edge.key', key)
    t.match(await readSecret(createSecretFileReader(folder), FILES, NOW), { bytes: {} }, keys.name)
  }
})

type Made = Awaited<ReturnType<typeof makeFolder>>
const INVALID: readonly [
  title: string,
  spoil: (made: Made) => void | Promise<void>,
  invalid: readonly { readonly field: string; readonly message: RegExp }[],
  files?: object,
][] = [
  [
    'a certificate that has expired',
    async ({ authority, write }) => {
      const { certificate, key } = await authority.issue({ name: 'edge' }, PAST)
      write('edge.pem', certificate)
      write('edge.key', key)
    },
    [
      {
        field: 'certificate',
        message: /^has expired: the certificate of CN=edge was valid until 2020-02-01/,
      },
    ],
  ],
  [
    'a certificate that is not valid yet',
    async ({ authority, write }) => {
      const { certificate, key } = await authority.issue({ name: 'edge' }, FUTURE)
      write('edge.pem', certificate)
      write('edge.key', key)
    },
    [{ field: 'certificate', message: /^is not valid yet: .* is valid from 2100-01-01/ }],
  ],
  [
    'an authority that has expired',
    async ({ write }) => write('ca.pem', (await Authority.create('old', PAST)).issued.certificate),
    [{ field: 'ca', message: /^has expired: the certificate of CN=old/ }],
  ],
  [
    'a certificate that is not a CA',
    ({ edge, write }) => write('ca.pem', edge.certificate),
    [{ field: 'ca', message: /^has the certificate of CN=edge, which is not a CA/ }],
  ],
  [
    'a key of another certificate',
    async ({ authority, write }) => write('edge.key', (await authority.issue({ name: 'other' })).key),
    [{ field: 'key', message: /^is not the key of the certificate of CN=edge/ }],
  ],
  [
    'a key of another kind',
    ({ write }) =>
      write(
        'edge.key',
        String(generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' })),
      ),
    [{ field: 'key', message: /^is not the key of/ }],
  ],
  [
    'an encrypted key without a passphrase',
    ({ edge, write }) => write('edge.key', encrypted(edge.key, 'sesame')),
    [{ field: 'key', message: /^is encrypted; name the file of its passphrase/ }],
  ],
  [
    'a wrong passphrase',
    ({ edge, write }) => {
      write('edge.key', encrypted(edge.key, 'sesame'))
      write('edge.txt', 'open up')
    },
    [{ field: 'passphrase', message: /^does not decrypt the key/ }],
    { ...FILES, passphrase: 'edge.txt' },
  ],
  ...WEAK.map(([title, unusual, message]): (typeof INVALID)[number] => [
    title,
    async ({ authority, write }) => {
      const { certificate, key } = await issueUnusual(authority.issued, unusual)
      write('edge.pem', certificate)
      write('edge.key', key)
    },
    [{ field: 'certificate', message }],
  ]),
  [
    'an authority with a short key',
    async ({ write }) => write('ca.pem', await rootWithRsaKey(1_024)),
    [
      {
        field: 'ca',
        message: /^CN=short has an RSA key of 1024 bits; issue it for a key of 2048 bits or more/,
      },
    ],
  ],
  [
    'files that are not there',
    () => {},
    [
      { field: 'certificate', message: /^no\.pem is not there/ },
      { field: 'key', message: /^no\.key is not there/ },
    ],
    { certificate: 'no.pem', key: 'no.key' },
  ],
  [
    'a folder',
    ({ folder }) => mkdirSync(join(folder, 'folder')),
    [{ field: 'ca', message: /^folder cannot be read \(EISDIR\)/ }],
    { ca: 'folder' },
  ],
  [
    'a file that is too large to be a certificate',
    ({ write }) => write('ca.pem', 'x'.repeat(1_048_577)),
    [{ field: 'ca', message: /^ca\.pem has 1048577 bytes/ }],
    { ca: 'ca.pem' },
  ],
  [
    'text, an empty file and a torn certificate',
    ({ edge, write }) => {
      write('edge.pem', edge.certificate.replace(/M/g, '!'))
      write('edge.key', '')
      write('ca.pem', 'hello')
    },
    [
      { field: 'certificate', message: /^has a certificate that cannot be parsed/ },
      { field: 'key', message: /^has no key in PEM/ },
      { field: 'ca', message: /^has no certificate in PEM/ },
    ],
  ],
  [
    'a torn key',
    ({ edge, write }) => write('edge.key', edge.key.replace(/M/g, '!')),
    [{ field: 'key', message: /^cannot be parsed/ }],
  ],
]

for (const [title, spoil, invalid, files = FILES] of INVALID) {
  t.test(`${title}: invalid, and the error does not show the key`, async (t) => {
    const made = await makeFolder(t)
    t.match(
      await readSecret(createSecretFileReader(made.folder), FILES, NOW),
      { bytes: {} },
      'the accepted twin',
    )
    await spoil(made)
    const found = await readSecret(createSecretFileReader(made.folder), files, NOW)
    if (!Array.isArray(found)) return t.fail('it was read')
    t.match(found, invalid)
    t.equal(found.length, invalid.length)
    const body = made.edge.key.split('\n')[1] ?? ''
    t.notMatch(JSON.stringify(found), body.slice(0, 20))
  })
}

/** For writing only, even for root, whom the mode of a file of its own would not keep out. */
const UNREADABLE = { folder: '/proc/sys/vm', file: 'compact_memory' }

t.test('a file without the permission to read it is invalid', async (t) => {
  const { folder } = await makeFolder(t)
  t.match(await readSecret(createSecretFileReader(folder), FILES, NOW), { bytes: {} }, 'the accepted twin')
  const read = createSecretFileReader(UNREADABLE.folder)
  t.match(await readSecret(read, { ca: UNREADABLE.file }, NOW), [
    { field: 'ca', message: /^compact_memory may not be read/ },
  ])
})
