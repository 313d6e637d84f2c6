// Everything that is downloaded is pinned by hash. envoy-bootstrap/find-envoy.test.ts has the row S73: an Envoy with another hash.

import { globSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import t from 'tap'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const exclude = (name: string) => name === 'node_modules' || name.startsWith('.')
const filesNamed = (name: string) => globSync(`**/${name}`, { cwd: ROOT, exclude })
const read = (path: string) => readFileSync(join(ROOT, path), 'utf8')

interface LockedPackage {
  readonly resolved?: string
  readonly integrity?: string
  readonly link?: boolean
}

/** Packages of a lock file that npm would accept with any content. */
function unpinnedIn(lock: string): readonly string[] {
  const { packages } = JSON.parse(lock) as { readonly packages: Readonly<Record<string, LockedPackage>> }
  return Object.entries(packages)
    .filter(
      ([path, { link, integrity = '' }]) =>
        path.includes('node_modules/') && !link && !/^sha512-/.test(integrity),
    )
    .map(([path]) => path)
}

t.test('S73: each package of npm is pinned by hash', async (t) => {
  const locks = filesNamed('package-lock.json')
  t.ok(locks.length >= 2)
  for (const lock of locks) t.same(unpinnedIn(read(lock)), [], lock)
  const changed = JSON.stringify({ packages: { 'node_modules/a': { resolved: 'a.tgz' } } })
  t.same(unpinnedIn(changed), ['node_modules/a'], 'twin: one without a hash is found')
})

t.test('S73: each program in Go has the hashes of its modules', async (t) => {
  const modules = filesNamed('go.mod').filter((file) => /^require /m.test(read(file)))
  t.ok(modules.length >= 5)
  for (const file of modules) {
    t.match(read(join(dirname(file), 'go.sum')), /^\S+ v\S+ h1:[\w+/]{43}=$/m, file)
  }
})

t.test('S73: the package of Envoy has a hash for each platform', async (t) => {
  const [, list = ''] = /WHEEL_HASHES = \[(.*?)\]/s.exec(read('envoy-bootstrap/find-envoy.js')) ?? []
  t.equal([...list.matchAll(/'[0-9a-f]{64}'/g)].length, 3)
})
