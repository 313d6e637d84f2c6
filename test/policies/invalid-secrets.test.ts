// Invalid secret files: the admin API rejects them with the reason, and nothing is pushed; each has its accepted twin.

import { createPrivateKey } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { startControlPlane } from '../../control-plane/control-plane.ts'
import { Authority, type Issued } from '../../testbed/certificates/authority.ts'
import { socketPath } from '../support/open-backend.ts'
import { sampleWith } from '../support/sample-config.ts'
import { testFolder } from '../support/test-folder.ts'

const PAST = { notBefore: new Date('2020-01-01'), notAfter: new Date('2020-02-01') }
const TLS = { enabled: true, certificate: 'edge', clientCa: 'mesh' }
const SECRETS = {
  edge: { certificate: 'edge.pem', key: 'edge.key', passphrase: 'edge.txt' },
  mesh: { ca: 'ca.pem' },
}

async function serve(t: Test, xds?: string) {
  const folder = testFolder(t)
  const authority = await Authority.create('mesh')
  const write = (file: string, text: string) => writeFileSync(join(folder, file), text)
  const writeEdge = ({ certificate, key }: Issued, passphrase = 'sesame') => {
    write('edge.pem', certificate)
    const options = { type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase } as const
    write('edge.key', String(createPrivateKey(key).export(options)))
  }
  writeEdge(await authority.issue({ name: 'edge' }))
  write('edge.txt', 'sesame')
  write('ca.pem', authority.issued.certificate)
  const controlPlane = await startControlPlane({
    config: sampleWith({ secrets: SECRETS, 'fleets.edge.listeners.main.tls': { ...TLS, enabled: false } }),
    admin: '127.0.0.1:0',
    xds: xds ?? `unix:${await socketPath(t)}`,
    secretsFolder: folder,
  })
  t.teardown(() => controlPlane.close())
  const { adminUrl } = controlPlane
  const turnOn = async () => {
    const response = await fetch(`${adminUrl}/v1/config`, {
      method: 'PATCH',
      headers: { 'content-type': 'application/merge-patch+json', 'if-match': '*' },
      body: JSON.stringify({ fleets: { edge: { listeners: { main: { tls: { enabled: true } } } } } }),
    })
    return { status: response.status, body: (await response.json()) as object }
  }
  const served = async () => await (await fetch(`${adminUrl}/v1/snapshots/edge`)).json()
  return { authority, write, writeEdge, turnOn, served, controlPlane }
}

type Served = Awaited<ReturnType<typeof serve>>
const CASES: readonly [
  title: string,
  damage: (served: Served) => void | Promise<void>,
  path: string,
  message: RegExp,
][] = [
  [
    'an authority that has expired',
    async ({ write }) => write('ca.pem', (await Authority.create('old', PAST)).issued.certificate),
    'secrets.mesh.ca',
    /^has expired/,
  ],
  [
    'a key of another certificate',
    async ({ authority, write }) => write('edge.pem', (await authority.issue({ name: 'other' })).certificate),
    'secrets.edge.key',
    /^is not the key of the certificate/,
  ],
  ['a missing file', ({ write }) => write('edge.pem', ''), 'secrets.edge.certificate', /^has no certificate/],
  [
    'a wrong passphrase',
    ({ write }) => write('edge.txt', 'open up'),
    'secrets.edge.passphrase',
    /^does not decrypt/,
  ],
]

for (const [title, damage, path, message] of CASES) {
  t.test(`${title} is rejected with 422, and nothing is pushed`, async (t) => {
    const twin = await serve(t)
    t.equal((await twin.turnOn()).status, 202, 'the accepted twin')
    const served = await serve(t)
    const before = await served.served()
    await damage(served)
    t.match(await served.turnOn(), { status: 422, body: { problems: [{ path, message }] } })
    t.same(await served.served(), before)
  })
}

t.test('secrets are rejected if xDS is plaintext TCP', async (t) => {
  const served = await serve(t, '127.0.0.1:0')
  t.match(await served.turnOn(), {
    status: 422,
    body: {
      detail: /^secrets cannot be sent/,
      problems: [
        { path: 'secrets.edge', message: /plaintext TCP; .*--mtls; .*--xds-client-ca.*--xds unix:/ },
        { path: 'secrets.mesh' },
      ],
    },
  })
})
