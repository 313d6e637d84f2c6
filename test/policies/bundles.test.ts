// Policy bundles: which are activated, and which leave the old policy in force.

import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync, gzipSync } from 'node:zlib'
import t, { type Test } from 'tap'
import type { FilesEvent } from '../../services/active-files.ts'
import { ActivePolicy } from '../../services/authorizer/active-policy.ts'
import { MAX_UNPACKED_BYTES, writeArchive } from '../../services/authorizer/bundle/archive.ts'
import { authorizerAt, startTestAuthorizer } from '../support/authorizer.ts'
import { bundleFor, bundleWith, callAs, createKeys, type KeyPair, withFiles } from '../support/bundle-pair.ts'
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
    { bundle: path, verificationKey: join(folder, 'key.pem'), state: join(folder, 'state') },
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
  const allows = async (role: string) => (await active.current.decide(callAs(role))).allowed
  return { active, publish, allows }
}

const UNSIGNED = { '.signatures.json': undefined }

t.test(
  'S38: an unsigned, tampered or stripped bundle is not activated, and the old policy stays in force',
  async (t) => {
    const keys = createKeys()
    const others = createKeys()
    const good = await bundleFor('admin', keys, '2')
    const data = '{"access":{"methods":{"switchyard.echo.v1.EchoService/Unary":{"public":true}}}}'
    const token = (header: object) =>
      JSON.stringify({ signatures: [`${Buffer.from(JSON.stringify(header)).toString('base64url')}.e30.`] })
    const bad: Readonly<Record<string, { readonly bundle: Buffer; readonly reason: RegExp }>> = {
      unsigned: { bundle: await withFiles(good, UNSIGNED), reason: /is not signed/ },
      'signed by another key': {
        bundle: await bundleFor('admin', others, '2'),
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
    const { active, publish, allows } = await openBundle(t, await bundleFor('user', keys), keys)
    const { revision } = active.current
    for (const [what, { bundle, reason }] of Object.entries(bad)) {
      t.match(await publish(bundle), { kind: 'rejected', inForce: revision, reason }, what)
      t.ok(await allows('user'), 'the role that the old policy allows')
      t.notOk(await allows('admin'), 'the role that the old policy denies')
    }
    t.match(await publish(good), { kind: 'activated', inForce: /^2@/ }, 'the valid twin')
    t.notOk(await allows('user'))
    t.ok(await allows('admin'))
  },
)

t.test('opening a bundle fails if the first one is invalid', async (t) => {
  const keys = createKeys()
  await t.rejects(openBundle(t, await withFiles(await bundleFor('user', keys), UNSIGNED), keys), {
    code: 'bad-bundle',
  })
})

/** An unsigned archive of that many empty files, made fast: the same two thousand again and again. */
async function floodOf(count: number): Promise<Buffer> {
  const files = Array.from({ length: 2_000 }, (_, at) => [`f${at}`, Buffer.of()] as const)
  const tar = gunzipSync(await writeArchive(new Map(files)))
  const end = tar.subarray(-1_024)
  const parts = Array<Buffer>(count / files.length).fill(tar.subarray(0, -end.length))
  return gzipSync(Buffer.concat([...parts, end]))
}

/** Depth at which a recursive reader of JSON runs out of stack. */
const DEEP = 1_000_000
const MANIFEST = '.manifest'

t.test(
  'S69: a signed bundle with hostile paths or files is rejected, and no object of the process changes',
  async (t) => {
    const keys = createKeys()
    const names = ['__proto__', 'constructor', 'a/__proto__', '__proto__/toString', 'hasOwnProperty']
    const bad: Readonly<Record<string, { readonly files: Record<string, string>; readonly reason: RegExp }>> =
      {
        ...Object.fromEntries(
          names.map((name) => [
            name,
            { files: { [`${name}/data.json`]: '{"allowed":true}' }, reason: /in its path; rename/ },
          ]),
        ),
        'data that is a list': { files: { 'data.json': '[]' }, reason: /data.json .* is not a JSON object/ },
        'data below a text': {
          files: { 'data.json': '{"access":""}', 'access/data.json': '{}' },
          reason: /access\/data.json .* is below a value/,
        },
        'a manifest that is null': {
          files: { [MANIFEST]: 'null' },
          reason: /\.manifest .* is not a JSON object/,
        },
      }
    const { active, publish, allows } = await openBundle(t, await bundleFor('user', keys), keys)
    const { revision } = active.current
    for (const [what, { files, reason }] of Object.entries(bad)) {
      const bundle = await bundleWith(files, keys)
      t.match(await publish(bundle), { kind: 'rejected', inForce: revision, reason }, what)
      t.same(Object.keys(Object.prototype), [], 'nothing was added to all objects')
      t.notOk('allowed' in {} || 'allowed' in Object, 'nothing can be inherited')
      t.ok(await allows('user'), 'the old policy decides')
    }
    const named = await bundleWith({ 'data.json': '{"__proto__":{"access":{}},"access":{}}' }, keys)
    t.match(
      await publish(named),
      { kind: 'activated' },
      'a key of that name in a document is a key as any other',
    )
    t.notOk(await allows('user'))
  },
)

t.test('S69: the signature is checked before anything else of a bundle is read', async (t) => {
  const keys = createKeys()
  const { publish, allows } = await openBundle(t, await bundleFor('user', keys), keys)
  const good = await bundleFor('admin', keys, '2')
  const hostile = {
    'a path of all objects': { '__proto__/data.json': '{}' },
    'a manifest that is no JSON': { [MANIFEST]: '{' },
    'a document that exhausts the stack': { 'data.json': '['.repeat(DEEP) + ']'.repeat(DEEP) },
  }
  for (const [what, files] of Object.entries(hostile)) {
    const unsigned = await withFiles(good, { ...files, ...UNSIGNED })
    t.match(await publish(unsigned), { kind: 'rejected', reason: /is not signed/ }, what)
    const changed = await withFiles(good, files)
    t.match(await publish(changed), { kind: 'rejected', reason: /differs from what was signed/ }, what)
  }
  const many = (count: number) =>
    Object.fromEntries(Array.from({ length: count }, (_, at) => [`f${at}/data.json`, '{}']))
  const flood = await publish(await floodOf(100_000))
  t.match(flood, { kind: 'rejected', reason: /more than 1000 files$/ }, '100,000 files')
  const unsigned = await withFiles(good, { ...many(900), ...UNSIGNED })
  t.match(await publish(unsigned), { kind: 'rejected', reason: /is not signed/ })
  const added = await publish(await withFiles(good, many(900)))
  t.match(added, { kind: 'rejected', reason: /the first 10 of 900 files/ })
  t.ok(JSON.stringify(added).length < 2_000, 'the report of a bundle that nobody signed is short')
  const bomb = gzipSync(Buffer.alloc(MAX_UNPACKED_BYTES + 1))
  t.match(await publish(bomb), { kind: 'rejected', reason: /not a gzipped tar/ }, 'a bomb')
  t.ok(await allows('user'), 'the old policy decides')
  t.match(await publish(await bundleWith(many(900), keys)), { kind: 'activated' }, 'the signed twin')
})

t.test('bundles change under load: no call fails, and none is decided by two policies', async (t) => {
  const keys = createKeys()
  const { active, publish } = await openBundle(t, await bundleFor('user', keys), keys)
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
  for (let change = 2; change <= 11; change += 1) {
    t.match(await publish(await bundleFor('user', keys, String(change))), { kind: 'activated' })
  }
  isOver = true
  await Promise.all(load)
  t.same([...statuses].sort(), ['admin 7', 'user 0'])
})
