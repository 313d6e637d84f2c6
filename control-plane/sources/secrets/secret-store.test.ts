// Which files are read, and when.

import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { sampleWith } from '../../../test/support/sample-config.ts'
import { testFolder } from '../../../test/support/test-folder.ts'
import { Authority } from '../../../testbed/certificates/authority.ts'
import { createSecretFileReader } from './secret-files.ts'
import { SecretStore } from './secret-store.ts'

const INTERVAL_MS = 10

async function serve(t: Test) {
  const folder = testFolder(t)
  const authority = await Authority.create('mesh')
  const issue = async (name: string) => {
    const { certificate, key } = await authority.issue({ name })
    writeFileSync(join(folder, `${name}.key`), key)
    writeFileSync(join(folder, `${name}.pem`), certificate)
  }
  for (const name of ['a', 'b', 'c']) await issue(name)
  const reads: string[] = []
  const readFile = createSecretFileReader(folder)
  const store = new SecretStore({
    folder,
    intervalMs: INTERVAL_MS,
    readFile: (file) => {
      reads.push(file)
      return readFile(file)
    },
  })
  t.teardown(() => store.close())
  // Watching does not keep a process up by itself.
  const up = setInterval(() => {}, 60_000)
  t.teardown(() => clearInterval(up))
  let change = Promise.withResolvers<void>()
  store.onChange(() => change.resolve())
  const untilChanged = async () => {
    await change.promise
    change = Promise.withResolvers()
  }
  const secrets = Object.fromEntries(
    ['a', 'b', 'c'].map((name) => [name, { certificate: `${name}.pem`, key: `${name}.key` }]),
  )
  /** Serves a configuration whose listeners use these secrets; returns the files that were read for it. */
  const use = async (names: readonly string[], changes: object = {}) => {
    const listeners = names.map((certificate, index) => [
      `l${index}`,
      { port: 10_000 + index, l4: { upstream: 'echo' }, tls: { enabled: true, certificate } },
    ])
    const config = sampleWith({ secrets, 'fleets.edge.listeners': Object.fromEntries(listeners), ...changes })
    const read = await store.read(config)
    store.use(read)
    t.same(read.problems, [])
    return reads.splice(0)
  }
  return { issue, store, untilChanged, use }
}

t.test('a write reads only the files of secrets that it brings into use', async (t) => {
  const { use, untilChanged } = await serve(t)
  t.same(await use(['a', 'b']), ['a.pem', 'a.key', 'b.pem', 'b.key'])
  await untilChanged()
  await use(['a', 'b'])
  t.same(await use(['a', 'b'], { 'fleets.edge.lb.policy': 'random' }), [], 'none of them changed')
  t.same(await use(['a', 'b', 'c']), ['c.pem', 'c.key'])
  // Files that begin to be watched count as changed once.
  await untilChanged()
  await use(['a', 'b', 'c'])
  const moved = { certificate: 'c.pem', key: 'c.key' }
  t.same(await use(['a', 'b', 'c'], { 'secrets.a': moved }), ['c.pem', 'c.key'], 'the entry has other files')
})

t.test('a renewal reads only the files that the watcher saw change', async (t) => {
  const { issue, store, use, untilChanged } = await serve(t)
  await use(['a', 'b'])
  await untilChanged()
  t.same(await use(['a', 'b']), ['a.pem', 'a.key', 'b.pem', 'b.key'], 'once after they begin to be watched')
  const before = store.status()
  await issue('b')
  await untilChanged()
  t.same(await use(['a', 'b']), ['b.pem', 'b.key'])
  t.same(store.status().a, before.a)
  t.same(await use(['a', 'b']), [])
})
