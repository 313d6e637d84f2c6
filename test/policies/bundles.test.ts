// Policy bundles: which are activated, and which leave the old policy in force.

import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import type { FilesEvent } from '../../services/active-files.ts'
import { ActivePolicy } from '../../services/authorizer/active-policy.ts'
import { authorizerAt, startTestAuthorizer } from '../support/authorizer.ts'
import { bundleFor, callAs, createKeys, type KeyPair, withFiles } from '../support/bundle-pair.ts'
import { startSecuredEdge } from '../support/secured-edge.ts'

/** A watched bundle file. `publish` replaces it and resolves with the outcome. */
async function openBundle(t: Test, first: Buffer, { publicKey }: KeyPair) {
  // Not `t.testdir()`: an Envoy of the same test recreates that folder.
  const folder = await mkdtemp(join(tmpdir(), 'switchyard-bundle-'))
  t.teardown(() => rm(folder, { recursive: true }))
  await writeFile(join(folder, 'key.pem'), publicKey)
  const path = join(folder, 'policy.tar.gz')
  await writeFile(path, first)
  let report: (event: FilesEvent) => void = () => {}
  const active = await ActivePolicy.open(
    { bundle: path, verificationKey: join(folder, 'key.pem') },
    (event) => report(event),
  )
  t.teardown(() => active.close())
  const publish = async (bundle: Buffer): Promise<FilesEvent> => {
    const reported = new Promise<FilesEvent>((resolve) => {
      report = resolve
    })
    await writeFile(`${path}.new`, bundle)
    await rename(`${path}.new`, path)
    return reported
  }
  return { active, publish }
}

const UNSIGNED = { '.signatures.json': undefined }

t.test(
  'S38: an unsigned, tampered or stripped bundle is not activated, and the old policy stays in force',
  async (t) => {
    const keys = createKeys()
    const others = createKeys()
    const good = await bundleFor('admin', keys)
    const data = '{"access":{"methods":{"switchyard.echo.v1.EchoService/Unary":{"public":true}}}}'
    const token = (header: object) =>
      JSON.stringify({ signatures: [`${Buffer.from(JSON.stringify(header)).toString('base64url')}.e30.`] })
    const bad: Readonly<Record<string, { readonly bundle: Buffer; readonly reason: RegExp }>> = {
      unsigned: { bundle: await withFiles(good, UNSIGNED), reason: /is not signed/ },
      'signed by another key': {
        bundle: await bundleFor('admin', others),
        reason: /signature .* is invalid/,
      },
      'signed with alg none': {
        bundle: await withFiles(good, { '.signatures.json': token({ alg: 'none' }) }),
        reason: /signature .* is invalid/,
      },
      'with an empty list of signatures': {
        bundle: await withFiles(good, { '.signatures.json': '{"signatures":[]}' }),
        reason: /exactly one signature/,
      },
      'with changed data': {
        bundle: await withFiles(good, { 'data.json': data }),
        reason: /data.json: was changed/,
      },
      'with a changed module': {
        bundle: await withFiles(good, { 'policy.wasm': 'no module' }),
        reason: /policy.wasm: was changed/,
      },
      'without its data': {
        bundle: await withFiles(good, { 'data.json': undefined }),
        reason: /data.json: was signed, but is missing/,
      },
      'with an additional file': {
        bundle: await withFiles(good, { 'access/data.json': data }),
        reason: /access\/data.json: was not signed/,
      },
      'cut off': { bundle: good.subarray(0, Math.floor(good.length / 2)), reason: /not a gzipped tar/ },
      empty: { bundle: Buffer.alloc(0), reason: /not a gzipped tar/ },
    }
    const { active, publish } = await openBundle(t, await bundleFor('user', keys, 'first'), keys)
    const { revision } = active
    for (const [what, { bundle, reason }] of Object.entries(bad)) {
      t.match(await publish(bundle), { kind: 'rejected', inForce: revision, reason }, what)
      t.ok(active.decide(callAs('user')).allowed, 'the role that the old policy allows')
      t.notOk(active.decide(callAs('admin')).allowed, 'the role that the old policy denies')
    }
    t.match(await publish(good), { kind: 'activated', inForce: /^admin@/ }, 'the valid twin')
    t.notOk(active.decide(callAs('user')).allowed)
    t.ok(active.decide(callAs('admin')).allowed)
  },
)

t.test('opening a bundle fails if the first one is invalid', async (t) => {
  const keys = createKeys()
  await t.rejects(openBundle(t, await withFiles(await bundleFor('user', keys), UNSIGNED), keys), {
    code: 'bad-bundle',
  })
})

t.test('bundles change under load: no call fails, and none is decided by two policies', async (t) => {
  const keys = createKeys()
  const bundles = [await bundleFor('user', keys, 'a'), await bundleFor('user', keys, 'b')] as const
  const { active, publish } = await openBundle(t, bundles[0], keys)
  const authorizer = await startTestAuthorizer(t, active)
  const edge = await startSecuredEdge(t, {
    security: {
      jwt: { enabled: true, anyOf: ['main'] },
      opa: { enabled: true, upstream: 'authorizer', timeout: '10s' },
    },
    upstreams: authorizerAt(authorizer.address),
  })
  const user = { authorization: `Bearer ${await edge.token({ roles: ['user'] })}` }
  const admin = { authorization: `Bearer ${await edge.token({ roles: ['admin'] })}` }
  let isOver = false
  const statuses = new Set<string>()
  const load = Array.from({ length: 4 }, async () => {
    while (!isOver) {
      statuses.add(`user ${(await edge.call({ headers: user })).status}`)
      statuses.add(`admin ${(await edge.call({ headers: admin })).status}`)
    }
  })
  for (let change = 1; change <= 10; change += 1) {
    t.match(await publish(change % 2 === 1 ? bundles[1] : bundles[0]), { kind: 'activated' })
  }
  isOver = true
  await Promise.all(load)
  t.same([...statuses].sort(), ['admin 7', 'user 0'])
})
