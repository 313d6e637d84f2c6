// S31: evaluations that do not end, and processes of an authorizer that do. Only the calls of these are denied.

import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import t, { type Test } from 'tap'
import { readArchive } from '../../services/authorizer/bundle/archive.ts'
import { ENTRYPOINT } from '../../services/authorizer/policy.ts'
import { authorizerAt, startAuthorizerProcess } from '../support/authorizer.ts'
import { bundleFor, createKeys } from '../support/bundle-pair.ts'
import { repeatUntil } from '../support/repeat-until.ts'
import { requireTool } from '../support/requirements.ts'
import { startSecuredEdge } from '../support/secured-edge.ts'

const run = promisify(execFile)
const LOOPING = fileURLToPath(new URL('../support/looping-policy/looping.rego', import.meta.url))
const OK = 0
const PERMISSION_DENIED = 7
/** Longer than the calls of others take. */
const LIMIT_MS = 3_000

async function openFolder(t: Test): Promise<string> {
  // Short, because it has a socket, and not `t.testdir()`, which an Envoy of the same test recreates.
  const folder = await mkdtemp(join(tmpdir(), 'switchyard-looping-'))
  t.teardown(() => rm(folder, { recursive: true }))
  return folder
}

async function compileInto(folder: string): Promise<void> {
  const bundle = join(folder, 'bundle.tar.gz')
  await run('opa', ['build', '--target', 'wasm', '--entrypoint', ENTRYPOINT, '--output', bundle, LOOPING])
  const files = await readArchive(await readFile(bundle))
  await writeFile(join(folder, 'policy.wasm'), files.get('policy.wasm') ?? '')
  await writeFile(join(folder, 'data.json'), '{}')
}

function securityOf(timeout: string) {
  return { jwt: { enabled: true, anyOf: ['main'] }, opa: { enabled: true, upstream: 'authorizer', timeout } }
}

t.test(
  'S31: an evaluation that does not end is ended, its call is denied, and all others go on',
  async (t) => {
    if (!requireTool(t, 'opa')) return
    const folder = await openFolder(t)
    await compileInto(folder)
    const startLimited = async (limitMs: number) => {
      const authorizer = await startAuthorizerProcess(t, `unix:${join(folder, `${limitMs}.sock`)}`, [
        ...['--policy', folder, '--threads', '2', '--evaluation-limit-ms', String(limitMs)],
      ])
      const upstreams = authorizerAt(authorizer.address)
      const edge = await startSecuredEdge(t, { security: securityOf('60s'), upstreams })
      const authorization = `Bearer ${await edge.token()}`
      const call = (more: Readonly<Record<string, string>> = {}) =>
        edge.call({ headers: { authorization, ...more } })
      t.equal((await call()).status, OK)
      return { upstreams, edge, call }
    }
    /** With one call that loops and 20 others. */
    const startLooping = async (longer: number) => {
      const limitMs = longer * LIMIT_MS
      const started = await startLimited(limitMs)
      let isEnded = false
      const looping = started.call({ 'x-loop': '1' }).then((answer) => {
        isEnded = true
        return answer
      })
      const meanwhile = await Promise.all(Array.from({ length: 20 }, () => started.call()))
      const goOn = !isEnded
      t.same(new Set(meanwhile.map(({ status }) => status)), new Set([OK]))
      const details = `the policy took more than ${limitMs} ms`
      t.match(await looping, { status: PERMISSION_DENIED, details })
      return { ...started, goOn }
    }
    // A busy machine may take the whole limit for 20 calls.
    const { edge, upstreams, call } = await repeatUntil(startLooping, ({ goOn }) => goOn)

    // As many as there are threads: the others wait until these are ended, and are then decided.
    const both = [call({ 'x-loop': '1' }), call({ 'x-loop': '1' })]
    const others = Array.from({ length: 20 }, () => call())
    for (const { status } of await Promise.all(both)) t.equal(status, PERMISSION_DENIED)
    for (const { status } of await Promise.all(others)) t.equal(status, OK)

    await edge.serve({ security: securityOf('100ms'), upstreams })
    t.match(await call({ 'x-loop': '1' }), { status: PERMISSION_DENIED }, "Envoy's own timeout is shorter")
    // A busy machine may take longer than the timeout for any call.
    while ((await call()).status !== OK);
  },
)

t.test(
  'S31: a process of an authorizer with several is killed: it is replaced, and no call is let through',
  async (t) => {
    const folder = await openFolder(t)
    const keys = createKeys()
    const [bundle, key] = [join(folder, 'policy.tar.gz'), join(folder, 'key.pem')]
    await writeFile(key, keys.publicKey)
    await writeFile(bundle, await bundleFor('user', keys))
    const authorizer = await startAuthorizerProcess(t, `unix:${join(folder, 'a.sock')}`, [
      ...[
        '--processes',
        '2',
        '--evaluation-limit-ms',
        String(LIMIT_MS),
        '--bundle',
        bundle,
        '--verification-key',
        key,
        '--state',
        join(folder, 'state'),
      ],
    ])
    const edge = await startSecuredEdge(t, {
      security: securityOf('10s'),
      upstreams: authorizerAt(authorizer.address),
    })
    const statusOf = async (role: string) => {
      const headers = { authorization: `Bearer ${await edge.token({ roles: [role] })}` }
      return (await edge.call({ headers })).status
    }
    t.equal(await statusOf('user'), OK)
    t.equal(authorizer.processes.length, 2)
    // Each of the two, because either may have the connection of Envoy.
    for (const pid of authorizer.processes) {
      const replaced = authorizer.untilLine(/^\{"processes":/)
      process.kill(pid, 'SIGKILL')
      while ((await statusOf('user')) !== OK) t.equal(await statusOf('admin'), PERMISSION_DENIED)
      await replaced
      t.equal(await statusOf('admin'), PERMISSION_DENIED)
    }
    // Each process reads the new policy itself.
    const activated = [1, 2].map((nth) => authorizer.untilLine(/"activated","inForce":"2@/, nth))
    await writeFile(`${bundle}.new`, await bundleFor('admin', keys, '2'))
    await rename(`${bundle}.new`, bundle)
    await Promise.all(activated)
    t.equal(await statusOf('admin'), OK)
    t.equal(await statusOf('user'), PERMISSION_DENIED)
    t.equal(await authorizer.drain(), 1, 'the one connection of Envoy')
    t.equal(await statusOf('admin'), OK)
  },
)
