// TLS in the document: what its schema and its references reject, each with an accepted twin.

import t from 'tap'
import { sampleWith } from '../../../test/support/sample-config.ts'
import { thrownBy } from '../../../test/support/thrown.ts'
import { validateConfig } from '../validate.ts'

const MAIN = 'fleets.edge.listeners.main.tls'
const SECRETS = {
  edge: { certificate: 'certs/edge.pem', key: 'certs/edge.key' },
  mesh: { ca: 'certs/ca.pem' },
}
const LISTENER = { enabled: true, certificate: 'edge', clientCa: 'mesh' }
const UPSTREAM = { enabled: true, ca: 'mesh', certificate: 'edge', sans: ['spiffe://a'] }

t.test('TLS with all that it may have is accepted, on or off', async (t) => {
  for (const enabled of [true, false]) {
    const changes = {
      secrets: {
        ...SECRETS,
        both: { ...SECRETS.edge, ...SECRETS.mesh, crl: 'certs/ca.crl', passphrase: 'certs/edge.txt' },
      },
      [MAIN]: { ...LISTENER, enabled, sans: ['spiffe://a/*'], minVersion: '1.3', requireClient: true },
      'upstreams.echo.tls': { ...UPSTREAM, enabled, sans: ['127.0.0.1'], minVersion: '1.2' },
    }
    t.ok(validateConfig(sampleWith(changes)))
  }
})

t.test('S63: an upstream under TLS may leave its names open by a word, or while it is off', async (t) => {
  for (const tls of [
    { enabled: true, ca: 'mesh', sans: 'any' },
    { enabled: false, ca: 'mesh' },
  ]) {
    t.ok(validateConfig(sampleWith({ secrets: SECRETS, 'upstreams.echo.tls': tls })), JSON.stringify(tls))
  }
})

const REJECTED: readonly [
  title: string,
  changes: Record<string, unknown>,
  problems: Record<string, RegExp>,
][] = [
  ...['/etc/shadow', '../key.pem', 'certs/../../key.pem', '..', ''].map((path): (typeof REJECTED)[number] => [
    `the path "${path}", which leads out of the folder of secrets,`,
    { 'secrets.mesh.ca': path },
    { 'secrets.mesh.ca': /^must be the file of .* without \.\./ },
  ]),
  ['key material in the document', { 'secrets.edge.pem': 'x' }, { 'secrets.edge.pem': /^unknown field/ }],
  ['a secret without a file', { 'secrets.empty': {} }, { 'secrets.empty': /^names no file/ }],
  ['a certificate without its key', { 'secrets.edge.key': undefined }, { 'secrets.edge.key': /^is missing/ }],
  [
    'a key without its certificate',
    { 'secrets.edge.certificate': undefined },
    {
      'secrets.edge.certificate': /^is missing/,
      [`${MAIN}.certificate`]: /needs a secret with certificate and key/,
      'upstreams.echo.tls.certificate': /needs a secret with certificate and key/,
    },
  ],
  [
    'a passphrase of nothing',
    { 'secrets.mesh.passphrase': 'x' },
    { 'secrets.mesh.passphrase': /^needs the key that it decrypts/ },
  ],
  [
    'a crl without a ca',
    { 'secrets.edge.crl': 'certs/ca.crl' },
    { 'secrets.edge.crl': /^needs the authorities whose certificates it revokes: write ca beside it/ },
  ],
  [
    'a secret that is not there, even where TLS is off,',
    { [MAIN]: { enabled: false, certificate: 'edgy' }, 'upstreams.echo.tls': { enabled: false, ca: 'mash' } },
    {
      [`${MAIN}.certificate`]: /^unknown entry of secrets "edgy"\. Use one of: edge, mesh$/,
      'upstreams.echo.tls.ca': /^unknown entry of secrets "mash"/,
    },
  ],
  [
    'a secret without the part that is needed',
    { [MAIN]: { enabled: true, certificate: 'mesh', clientCa: 'edge' } },
    {
      [`${MAIN}.certificate`]: /needs a secret with certificate and key/,
      [`${MAIN}.clientCa`]: /needs a secret with a ca/,
    },
  ],
  [
    'a demand upon clients that nothing can meet',
    { [MAIN]: { enabled: true, certificate: 'edge', requireClient: true, sans: ['spiffe://a'] } },
    { [`${MAIN}.requireClient`]: /needs clientCa/, [`${MAIN}.sans`]: /needs clientCa/ },
  ],
  [
    'names of clients that need not show any',
    { [`${MAIN}.requireClient`]: false, [`${MAIN}.sans`]: ['spiffe://a'] },
    { [`${MAIN}.requireClient`]: /^is false, but Envoy requires a certificate/ },
  ],
  [
    'an upstream whose endpoints nobody checks',
    { 'upstreams.echo.tls': { enabled: true, sans: ['spiffe://a'] } },
    { 'upstreams.echo.tls.ca': /^is missing: write the name of an entry of secrets with ca/ },
  ],
  [
    'S63: an upstream whose endpoints may have any name, although nobody wrote that,',
    { 'upstreams.echo.tls': { enabled: true, ca: 'mesh' } },
    { 'upstreams.echo.tls.sans': /^is missing: write the names that endpoints may have, or any/ },
  ],
  [
    'S63: an empty list of names of endpoints',
    { 'upstreams.echo.tls.sans': [] },
    { 'upstreams.echo.tls.sans': /^must be a list of names.*any for every certificate of the ca, not \[\]/ },
  ],
  [
    'S63: another word than any',
    { 'upstreams.echo.tls.sans': 'all' },
    { 'upstreams.echo.tls.sans': /^must be a list of names.*, not "all"/ },
  ],
  [
    'a version that is too old, or a number',
    { [`${MAIN}.minVersion`]: '1.1', 'upstreams.echo.tls.minVersion': 1.3 },
    {
      [`${MAIN}.minVersion`]: /^must be "1.2" or "1.3", in quotes, not "1.1"/,
      'upstreams.echo.tls.minVersion': /not 1.3/,
    },
  ],
  [
    'a name with a star inside',
    { [`${MAIN}.sans`]: ['spiffe://*/echo'] },
    { [`${MAIN}.sans[0]`]: /a \* at its end matches any rest.*, not "spiffe/ },
  ],
]

for (const [title, changes, problems] of REJECTED) {
  t.test(`${title} is rejected`, async (t) => {
    const accepted = { secrets: SECRETS, [MAIN]: LISTENER, 'upstreams.echo.tls': UPSTREAM }
    t.ok(validateConfig(sampleWith(accepted)), 'the accepted twin')
    const document = sampleWith({ ...structuredClone(accepted), ...changes })
    const found = thrownBy(() => validateConfig(document)).problems
    t.same(found.map(({ path }) => path).toSorted(), Object.keys(problems).toSorted())
    t.match(Object.fromEntries(found.map(({ path, message }) => [path, message])), problems)
  })
}
