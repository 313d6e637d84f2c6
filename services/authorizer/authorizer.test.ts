// The authorizer as a process: its flags, its policy and its log.

import { copyFile, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { create } from '@bufbuild/protobuf'
import {
  Authorization,
  CheckRequestSchema,
} from '@envoy/xds-protos/envoy/service/auth/v3/external_auth_pb.js'
import t, { type Test } from 'tap'
import { SwitchyardError } from '../../core/errors.ts'
import { startProcess } from '../../processes/running-process.ts'
import { POLICY_FOLDER } from '../../test/support/authorizer.ts'
import { createClient } from '../rpc/index.ts'
import { parseAuthorizerFlags } from './authorizer-flags.ts'

const ON_SOCKET = ['--listen', 'unix:/a.sock']
const AUTHORIZER = fileURLToPath(new URL('./authorizer.ts', import.meta.url))

async function openFolder(t: Test): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'switchyard-authorizer-'))
  t.teardown(() => rm(folder, { recursive: true }))
  return folder
}

t.test('all invalid flags are reported at once', async (t) => {
  const wrong = [
    '--listen',
    'here',
    '--bundle',
    'b',
    '--minimum-revision',
    '1.2',
    '--mask',
    'email',
    '--show',
    '/input/',
  ]
  t.throws(() => parseAuthorizerFlags(wrong), {
    code: 'invalid-argument',
    problems: ['--listen', '--minimum-revision', '--verification-key', '--state', '--mask', '--show'].map(
      (path) => ({
        path,
      }),
    ),
  })
  const state = ['--state', 's', '--minimum-revision', '7']
  t.match(parseAuthorizerFlags([...ON_SOCKET, '--bundle', 'b', '--verification-key', 'k', ...state]), {
    location: { bundle: 'b', verificationKey: 'k', state: 's', minimumRevision: 7 },
  })
  for (const flags of [[], ['--policy', 'a', '--bundle', 'b', '--verification-key', 'k', '--state', 's']]) {
    t.throws(
      () => parseAuthorizerFlags([...ON_SOCKET, ...flags]),
      { code: 'invalid-argument', problems: [{ path: '--policy' }] },
      flags.join(' '),
    )
  }
  t.throws(() => parseAuthorizerFlags(['--polcy', 'a']), {
    code: 'invalid-argument',
    problems: [{ message: /--polcy/ }],
  })
  const log = ['--mask', '/input/body', '--show', '/result/headers/x-auth-tenant']
  t.match(parseAuthorizerFlags([...ON_SOCKET, '--policy', 'a', ...log]), {
    location: { folder: 'a' },
    listen: { path: '/a.sock' },
    masks: { mask: ['/input/body'], show: ['/result/headers/x-auth-tenant'] },
  })
})

t.test('a port needs mutual TLS or a word of consent, and TLS needs all of its files', async (t) => {
  const port = ['--listen', '127.0.0.1:7400', '--policy', 'a']
  const problemsOf = (...flags: readonly string[]) => {
    try {
      parseAuthorizerFlags([...port, ...flags])
      return []
    } catch (error) {
      return SwitchyardError.from(error).problems.map(({ path }) => path)
    }
  }
  t.same(problemsOf(), ['--listen'])
  t.same(problemsOf('--allow-plaintext'), [])
  const tls = ['--tls-certificate', 'c', '--tls-key', 'k', '--tls-client-ca', 'ca']
  t.same(problemsOf(...tls), [])
  t.same(problemsOf(...tls.slice(0, 4)), ['--tls-client-ca'], 'TLS that any client may use is not enough')
  t.same(problemsOf('--tls-client-ca', 'ca'), ['--tls-certificate', '--tls-key'])
  t.throws(() => parseAuthorizerFlags(['--policy', 'a']), {
    code: 'invalid-argument',
    problems: [{ path: '--listen', message: /missing/ }],
  })
})

t.test(
  'the authorizer decides by its policy, activates a new one while it runs, writes its log and drains',
  async (t) => {
    const folder = await openFolder(t)
    for (const file of ['policy.wasm', 'data.json']) {
      await copyFile(join(POLICY_FOLDER, file), join(folder, file))
    }
    const logFile = join(folder, 'decisions.jsonl')
    const authorizer = startProcess({
      name: 'the authorizer',
      command: process.execPath,
      args: [AUTHORIZER, '--listen', `unix:${folder}/a.sock`, '--policy', folder, '--decision-log', logFile],
      ready: (line) => /"address":"([^"]+)"/.exec(line)?.[1],
    })
    t.teardown(() => authorizer.stop())
    const client = createClient(Authorization, await authorizer.ready)
    t.teardown(() => client.close())
    const path = '/switchyard.echo.v1.EchoService/Unary'
    const check = () =>
      client.check(create(CheckRequestSchema, { attributes: { request: { http: { path } } } }))
    t.equal((await check()).status?.code, 7)
    t.equal(await authorizer.ask('drain', (line) => JSON.parse(line).drained), 1)

    const open = { access: { methods: { 'switchyard.echo.v1.EchoService/*': { public: true } } } }
    await writeFile(join(folder, 'new.json'), JSON.stringify(open))
    await rename(join(folder, 'new.json'), join(folder, 'data.json'))
    while ((await check()).status?.code !== 0);
    await authorizer.stop()
    const results = (await readFile(logFile, 'utf8'))
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line).result)
    t.equal(results[0].allowed, false)
    t.equal(results.at(-1).allowed, true)
  },
)

t.test('without a policy the authorizer exits with an error', async (t) => {
  const authorizer = startProcess({
    name: 'the authorizer',
    command: process.execPath,
    args: [AUTHORIZER, ...ON_SOCKET, '--policy', await openFolder(t)],
    ready: (line) => (line.includes('address') ? line : undefined),
  })
  await t.rejects(authorizer.ready, { message: /policy.wasm cannot be read/ })
})
