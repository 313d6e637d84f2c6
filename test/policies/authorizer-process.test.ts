// The authorizer as a process, asked by a real Envoy: what its decision log shows.

import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { authorizerAt, POLICY_FOLDER, startAuthorizerProcess } from '../support/authorizer.ts'
import { startSecuredEdge } from '../support/secured-edge.ts'

const OK = 0
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
