// The cert-manager manifests, validated by its CRDs' schemas, and the files that they mount.

import { Certificate, Issuer } from '@kubernetes-models/cert-manager/cert-manager.io/v1'
import t from 'tap'
import { parseAllDocuments } from 'yaml'
import { validateConfig } from '../../control-plane/document/validate.ts'
import { sampleWith } from '../../test/support/sample-config.ts'
import { testFolder } from '../../test/support/test-folder.ts'
import { runYard } from '../../test/support/yard-process.ts'
import { certManagerManifests, mountedFiles } from './cluster-issuer.ts'
import { PARTS } from './folder.ts'

const MANIFESTS = certManagerManifests(PARTS, { namespace: 'mesh', issuer: 'switchyard' })

/** @throws if a manifest is invalid by its CRD */
function holdAgainstCrd(manifest: { readonly kind: string }): void {
  const data = structuredClone(manifest) as never
  const model = manifest.kind === 'Issuer' ? new Issuer(data) : new Certificate(data)
  model.validate()
}

t.test('O6.3: every manifest is valid by its CRD', async (t) => {
  t.equal(MANIFESTS.length, 3 + PARTS.length)
  for (const manifest of MANIFESTS) {
    t.doesNotThrow(() => holdAgainstCrd(manifest), `${manifest.kind} ${manifest.metadata.name}`)
  }
})

const INVALID: readonly [title: string, change: object][] = [
  ['without an issuer', { issuerRef: undefined }],
  ['with names that are not a list', { uris: 'spiffe://switchyard/edge' }],
  ['with an unknown usage', { usages: ['to impress'] }],
  ['with an unknown kind of key', { privateKey: { algorithm: 'DSA' } }],
]

for (const [title, change] of INVALID) {
  t.test(`a Certificate ${title} is invalid`, async (t) => {
    const good = MANIFESTS.at(-1)
    if (good === undefined) return t.fail('there is no manifest')
    holdAgainstCrd(good)
    t.throws(() => holdAgainstCrd({ ...good, spec: { ...good.spec, ...change } } as typeof good))
  })
}

t.test(
  'certificates have the names of the development authority, and are signed by the CA of the cluster',
  async (t) => {
    t.match(
      MANIFESTS.filter(({ metadata }) => metadata.name === 'edge'),
      [
        {
          spec: {
            uris: ['spiffe://switchyard/edge'],
            dnsNames: ['localhost'],
            issuerRef: { name: 'switchyard' },
          },
        },
      ],
    )
    t.match(MANIFESTS[1], { spec: { isCA: true, secretName: 'switchyard-root' } })
    t.match(MANIFESTS[2], { kind: 'Issuer', spec: { ca: { secretName: 'switchyard-root' } } })
  },
)

t.test('O6.3: a document may name their mounted files', async (t) => {
  const changes = {
    secrets: { edge: mountedFiles('edge') },
    'fleets.edge.listeners.main.tls': { enabled: true, certificate: 'edge', clientCa: 'edge' },
  }
  t.ok(validateConfig(sampleWith(changes)))
})

t.test('yard certs --cert-manager prints them', async (t) => {
  const { code, stdout } = await runYard(t, testFolder(t), 'certs', '--cert-manager', 'mesh')
  t.equal(code, 0)
  t.same(
    parseAllDocuments(stdout).map((document) => document.toJS()),
    MANIFESTS,
  )
})
