// The authorizer as a process, asked by a real Envoy: what its decision log shows, and who may connect to it.

import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { Authority } from '../../testbed/certificates/authority.ts'
import { authorizerAt, POLICY_FOLDER, startAuthorizerProcess } from '../support/authorizer.ts'
import type { RawIdentity } from '../support/raw-call.ts'
import { startSecuredEdge } from '../support/secured-edge.ts'

const OK = 0
const PERMISSION_DENIED = 7
const SECURITY = {
  jwt: { enabled: true, anyOf: ['main'] },
  opa: { enabled: true, upstream: 'authorizer', timeout: '10s' },
}

async function openFolder(t: Test): Promise<string> {
  // Short, because it has a socket, and not `t.testdir()`, which an Envoy of the same test recreates.
  const folder = await mkdtemp(join(tmpdir(), 'switchyard-authorizer-'))
  t.teardown(() => rm(folder, { recursive: true }))
  return folder
}

t.test('S71: the decision log has no credential of a call, under whatever name it was sent', async (t) => {
  const folder = await openFolder(t)
  const log = join(folder, 'decisions.jsonl')
  const authorizer = await startAuthorizerProcess(t, `unix:${join(folder, 'a.sock')}`, [
    ...['--policy', POLICY_FOLDER, '--decision-log', log],
  ])
  const edge = await startSecuredEdge(t, { security: SECURITY, upstreams: authorizerAt(authorizer.address) })
  const token = await edge.token({ roles: ['user'], email: 'alice@example.org' })
  const headers = {
    authorization: `Bearer ${token}`,
    'x-request-id': 'a-request',
    'set-cookie': 'session=secret-1',
    cookie: 'session=secret-2',
    'x-api-key': 'secret-3',
    'x-vault-token': 'secret-4',
    'x-forwarded-access-token': token,
  }
  t.equal((await edge.call({ headers })).status, OK)
  await authorizer.stop()
  const line = await readFile(log, 'utf8')
  t.notMatch(line, /secret-|alice@/)
  for (const part of token.split('.')) t.notOk(line.includes(part), 'no part of the token')
  t.match(
    JSON.parse(line),
    {
      input: { method: 'Unary', claims: { main: { sub: 'alice', roles: ['user'] } } },
      result: { allowed: true, headers: { 'x-auth-subject': 'alice' } },
      masked: /./,
    },
    'the twin: it says who called what',
  )
})

t.test('S72: the socket of the authorizer has mode 0600, whatever the umask is', async (t) => {
  const folder = await openFolder(t)
  const path = join(folder, 'a.sock')
  const before = process.umask(0)
  t.teardown(() => process.umask(before))
  const authorizer = await startAuthorizerProcess(t, `unix:${path}`)
  t.equal((await stat(path)).mode & 0o777, 0o600)
  await authorizer.kill()
  await startAuthorizerProcess(t, `unix:${path}`)
  t.equal((await stat(path)).mode & 0o777, 0o600, 'also where a killed process left one')
})

t.test('Envoy and the authorizer prove to each other who they are, by mutual TLS', async (t) => {
  const folder = await openFolder(t)
  const edge = await startSecuredEdge(t)
  const user = { authorization: `Bearer ${await edge.token({ roles: ['user'] })}` }
  const start = async (name: string, { ca, cert = '', key = '' }: RawIdentity, clientCa = ca) => {
    const files = { certificate: `${name}.pem`, key: `${name}.key`, 'client-ca': `${name}-ca.pem` }
    const contents = [cert, key, clientCa]
    const flags: string[] = []
    for (const [at, [flag, file]] of Object.entries(files).entries()) {
      await writeFile(join(folder, file), contents[at] ?? '')
      flags.push(`--tls-${flag}`, join(folder, file))
    }
    return startAuthorizerProcess(t, '127.0.0.1:0', ['--policy', POLICY_FOLDER, ...flags])
  }
  const statusAt = async ({ address }: { readonly address: string }, tls: object) => {
    const upstreams = { authorizer: { endpoints: { a1: { address } }, ...tls } }
    await edge.serve({ security: SECURITY, upstreams })
    return (await edge.call({ headers: user })).status
  }
  const AUTHORIZER = 'spiffe://switchyard/authorizer'
  const known = { enabled: true, ca: 'mesh', certificate: 'edge', sans: [AUTHORIZER] }
  const identity = await edge.identity({ uri: AUTHORIZER })
  const authorizer = await start('known', identity)
  t.equal(await statusAt(authorizer, { tls: known }), OK)

  const { certificate: _, ...anonymous } = known
  t.equal(await statusAt(authorizer, { tls: anonymous }), PERMISSION_DENIED, 'an Envoy without a certificate')
  t.equal(await statusAt(authorizer, {}), PERMISSION_DENIED, 'an Envoy without TLS')
  const stranger = await Authority.create('stranger')
  const closed = await start('closed', identity, stranger.issued.certificate)
  t.equal(await statusAt(closed, { tls: known }), PERMISSION_DENIED, 'an Envoy of another authority')

  const other = await start('other', await edge.identity({ uri: 'spiffe://switchyard/echo' }))
  t.equal(await statusAt(other, { tls: known }), PERMISSION_DENIED, 'a service instead of the authorizer')
  const { certificate: cert, key } = await stranger.issue({ name: 'authorizer', uris: [AUTHORIZER] })
  const forged = await start('forged', { ca: identity.ca, cert, key })
  t.equal(await statusAt(forged, { tls: known }), PERMISSION_DENIED, 'a certificate of another authority')
  t.equal(await statusAt(authorizer, { tls: known }), OK, 'the first one again')
})
