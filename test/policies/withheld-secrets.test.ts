// Keys of authorities and of the control plane itself must not reach a node: an SDS client never receives them.

import { linkSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ChannelCredentials } from '@grpc/grpc-js'
import t, { type Test } from 'tap'
import { startControlPlane } from '../../control-plane/control-plane.ts'
import { nodeUri } from '../../core/spiffe-ids.ts'
import { Authority, type Issued } from '../../testbed/certificates/authority.ts'
import { readToken } from '../../testbed/token-file.ts'
import { SECRET } from '../../xds-server/index.ts'
import { authorityByKeyUsage } from '../support/certificates.ts'
import { sampleWith } from '../support/sample-config.ts'
import { testFolder } from '../support/test-folder.ts'
import { connectTo, nodeOf, SotwClient } from '../support/xds-client.ts'

const LEAF = { certificate: 'edge.pem', key: 'edge.key' }

/** A control plane with mutual TLS, and an SDS client that subscribes to the listener's certificate. */
async function serve(t: Test) {
  const root = testFolder(t)
  const at = (...steps: string[]) => join(root, ...steps)
  const write = (path: string, { certificate, key }: Issued) => {
    writeFileSync(at(`${path}.pem`), certificate)
    writeFileSync(at(`${path}.key`), key)
  }
  for (const folder of ['secrets', 'identities', 'state']) mkdirSync(at(folder))
  const [mesh, nodes] = [await Authority.create('mesh'), await Authority.create('nodes')]
  const local = { name: 'control-plane', ips: ['127.0.0.1'] }
  write('secrets/edge', await mesh.issue({ name: 'edge' }))
  write('secrets/ca', mesh.issued)
  write('identities/ca', nodes.issued)
  write('identities/control-plane', await nodes.issue(local))
  const controlPlane = await startControlPlane({
    config: sampleWith({}),
    admin: '127.0.0.1:0',
    xds: '127.0.0.1:0',
    xdsTls: {
      certificate: at('identities/control-plane.pem'),
      key: at('identities/control-plane.key'),
      clientCa: at('identities/ca.pem'),
    },
    stateFolder: at('state'),
    secretsFolder: at('secrets'),
  })
  t.teardown(() => controlPlane.close())

  const { certificate, key } = await nodes.issue({ name: 'node-1', uris: [nodeUri('edge', 'node-1')] })
  const pem = [nodes.issued.certificate, key, certificate].map((text) => Buffer.from(text))
  const client = new SotwClient(
    connectTo(t, controlPlane.xdsAddress, ChannelCredentials.createSsl(pem[0], pem[1], pem[2])),
  )
  t.teardown(() => client.close())
  client.send({ node: nodeOf('node-1', 'edge'), typeUrl: SECRET, resourceNames: ['certificate/one'] })

  const authorization = `Bearer ${await readToken(controlPlane.tokensFile ?? '', 'operator')}`
  const patch = async (one: object) => {
    const response = await fetch(`${controlPlane.adminUrl}/v1/config`, {
      method: 'PATCH',
      headers: { 'content-type': 'application/merge-patch+json', 'if-match': '*', authorization },
      body: JSON.stringify({
        secrets: { one },
        fleets: { edge: { listeners: { main: { tls: { enabled: true, certificate: 'one' } } } } },
      }),
    })
    return { status: response.status, body: await response.text() }
  }
  return { at, client, mesh, patch, write }
}

type Served = Awaited<ReturnType<typeof serve>>
const FORBIDDEN: readonly [
  title: string,
  files: object,
  message: RegExp,
  make?: (served: Served) => void | Promise<void>,
][] = [
  ['a CA with its key', { certificate: 'ca.pem', key: 'ca.key' }, /certificate of an authority/],
  [
    'a certificate that may sign others',
    { certificate: 'signer.pem', key: 'signer.key' },
    /certificate of an authority/,
    async ({ write }) => write('secrets/signer', await authorityByKeyUsage()),
  ],
  [
    'a symlink to the control plane',
    { certificate: 'own.pem', key: 'own.key' },
    /outside the folder of secrets/,
    ({ at }) => {
      for (const end of ['pem', 'key']) {
        symlinkSync(at(`identities/control-plane.${end}`), at(`secrets/own.${end}`))
      }
    },
  ],
  [
    'a symlinked folder',
    { certificate: 'far/control-plane.pem', key: 'far/control-plane.key' },
    /outside the folder of secrets/,
    ({ at }) => symlinkSync(at('identities'), at('secrets/far')),
  ],
  [
    'a hard link to the control plane',
    { certificate: 'own.pem', key: 'own.key' },
    /file of the control plane itself/,
    ({ at }) => {
      for (const end of ['pem', 'key']) {
        linkSync(at(`identities/control-plane.${end}`), at(`secrets/own.${end}`))
      }
    },
  ],
  [
    'a path with ..',
    { certificate: '../identities/control-plane.pem', key: '../identities/control-plane.key' },
    /without \.\./,
  ],
  [
    'an absolute path',
    { certificate: '/etc/ssl/edge.pem', key: '/etc/ssl/edge.key' },
    /as a path in the folder of secrets/,
  ],
  [
    "the control plane's tokens as a passphrase",
    { ...LEAF, passphrase: 'tokens' },
    /file of the control plane itself/,
    ({ at }) => linkSync(at('state/tokens.json'), at('secrets/tokens')),
  ],
]

for (const [title, files, message, make] of FORBIDDEN) {
  t.test(`S56: ${title} is answered with 422, and the node receives not a byte of it`, async (t) => {
    const served = await serve(t)
    await make?.(served)
    const rejected = await served.patch(files)
    t.equal(rejected.status, 422, rejected.body)
    t.match(rejected.body, message)
    t.notMatch(rejected.body, /BEGIN|PRIVATE/)

    t.equal((await served.patch({ ...LEAF, passphrase: null })).status, 202, 'the accepted twin')
    const first = await served.client.raw.next()
    t.match(String(first), /BEGIN PRIVATE KEY/, 'the client receives the valid secret')
    t.equal(served.client.raw.queued, 0, 'it is the only response')
  })
}

t.test('S56: a private key in a certificate file or in a CA file is not sent', async (t) => {
  const { at, client, mesh, patch } = await serve(t)
  const { certificate, key } = await mesh.issue({ name: 'edge' })
  writeFileSync(at('secrets/both.pem'), `${key}${certificate}${mesh.issued.certificate}${mesh.issued.key}`)
  writeFileSync(at('secrets/both.key'), key)
  t.equal((await patch({ certificate: 'both.pem', key: 'both.key' })).status, 202)
  const sent = String(await client.raw.next())
  t.equal(sent.split('BEGIN CERTIFICATE').length - 1, 2, 'both certificates are sent')
  t.equal(sent.split('PRIVATE KEY').length - 1, 2, 'and one key, with its beginning and end lines')
  t.notOk(sent.includes(mesh.issued.key.split('\n')[1] ?? ''))
})
