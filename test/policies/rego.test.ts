// The Rego policy, checked by OPA: its tests, and whether the WebAssembly in git is compiled from it.

import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import t, { type Test } from 'tap'
import { readArchive } from '../../services/authorizer/bundle/archive.ts'
import { readBundle } from '../../services/authorizer/bundle/bundle.ts'
import { readVerificationKey } from '../../services/authorizer/bundle/signature.ts'
import { compilePolicy, ENTRYPOINT } from '../../services/authorizer/policy.ts'
import { POLICY_FOLDER } from '../support/authorizer.ts'
import { bundleFor, callAs, createKeys, withFiles } from '../support/bundle-pair.ts'
import { OPA_VERSION, requireTool } from '../support/requirements.ts'

const run = promisify(execFile)

async function openFolder(t: Test): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'switchyard-rego-'))
  t.teardown(() => rm(folder, { recursive: true }))
  return folder
}

t.test("the policy passes OPA's strict check, its own tests and the format", async (t) => {
  if (!requireTool(t, 'opa')) return
  await run('opa', ['check', '--strict', POLICY_FOLDER])
  await run('opa', ['fmt', '--fail', '--list', POLICY_FOLDER])
  const { stdout } = await run('opa', ['test', '--format', 'json', POLICY_FOLDER])
  const results: readonly { readonly name: string; readonly fail?: boolean }[] = JSON.parse(stdout)
  t.ok(results.length > 10, `${results.length} tests`)
  t.same(
    results.filter(({ fail }) => fail),
    [],
  )
})

t.test(`OPA ${OPA_VERSION} compiles the policy to the WebAssembly in git`, async (t) => {
  if (!requireTool(t, 'opa')) return
  const out = join(await openFolder(t), 'bundle.tar.gz')
  const compile = ['build', '--target', 'wasm', '--entrypoint', ENTRYPOINT, '--output', out, 'authz.rego']
  await run('opa', compile, { cwd: POLICY_FOLDER })
  const compiled = (await readArchive(await readFile(out))).get('policy.wasm')
  const kept = await readFile(join(POLICY_FOLDER, 'policy.wasm'))
  t.ok(compiled && kept.equals(compiled), 'if not, compile it again as docs/security/opa.md says')
})

t.test(
  'the authorizer reads bundles that OPA signed, and OPA reads ours and rejects a changed one',
  async (t) => {
    if (!requireTool(t, 'opa')) return
    const folder = await openFolder(t)
    const { publicKey, privateKey } = createKeys()
    await writeFile(join(folder, 'key.pem'), privateKey)
    await writeFile(join(folder, 'key.pub'), publicKey)
    const theirs = join(folder, 'theirs.tar.gz')
    await run('opa', [
      ...[
        'build',
        '--target',
        'wasm',
        '--entrypoint',
        ENTRYPOINT,
        '--output',
        theirs,
        '--ignore',
        '*_test.rego',
      ],
      ...['--ignore', '*.wasm', '--signing-key', join(folder, 'key.pem'), '--signing-alg', 'ES256'],
      ...['--revision', '7', '--bundle', POLICY_FOLDER],
    ])
    const policy = await compilePolicy(
      await readBundle(await readFile(theirs), readVerificationKey(publicKey)),
    )
    t.ok(policy.decide(callAs('user')).allowed)

    const ours = join(folder, 'ours.tar.gz')
    const inspect = () =>
      run('opa', [
        ...['build', '--bundle', ours, '--output', join(folder, 'read.tar.gz'), '--verification-key'],
        ...[join(folder, 'key.pub'), '--verification-key-id', 'default', '--signing-alg', 'ES256'],
      ])
    const bundle = await bundleFor('user', { publicKey, privateKey })
    await writeFile(ours, bundle)
    t.equal((await inspect()).stderr, '')
    await writeFile(ours, await withFiles(bundle, { 'data.json': '{}' }))
    t.match(await inspect().catch((error: unknown) => error), { stdout: /digest mismatch/ })
  },
)
