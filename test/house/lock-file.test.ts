// package-lock.json is complete: `npm ci` accepts it on every platform.
import { readFileSync } from 'node:fs'
import t from 'tap'
import { type LockedPackages, lockFileProblems } from './lock-file.ts'

const read = (name: string) => JSON.parse(readFileSync(new URL(`../../${name}`, import.meta.url), 'utf8'))

for (const folder of ['', 'packaging/tools/']) {
  const lock = `${folder}package-lock.json`
  t.test(`${lock} has an entry for every dependency, including those of other platforms`, async (t) => {
    t.strictSame(lockFileProblems(read(lock).packages), [])
  })

  t.test(`${lock} has the dependencies of package.json`, async (t) => {
    const { dependencies, devDependencies } = read(`${folder}package.json`)
    t.match(read(lock).packages[''], { ...(dependencies && { dependencies }), devDependencies })
  })
}

const whole: LockedPackages = {
  '': { dependencies: { '@a/one': '1' } },
  'node_modules/@a/one': { optionalDependencies: { '@a/linux': '1', two: '1' } },
  'node_modules/@a/linux': {},
  'node_modules/@a/one/node_modules/two': { dependencies: { '@a/linux': '1' } },
  'node_modules/own': { resolved: 'proto', link: true },
}

t.test('a complete lock file has no problems', async (t) => {
  t.strictSame(lockFileProblems(whole), [])
})

t.test('a missing optional package is a problem', async (t) => {
  const { 'node_modules/@a/linux': _, ...partial } = whole
  t.strictSame(lockFileProblems(partial), [
    'node_modules/@a/one: has no entry for its dependency @a/linux',
    'node_modules/@a/one/node_modules/two: has no entry for its dependency @a/linux',
  ])
})

t.test('a download address is a problem', async (t) => {
  const packages = { ...whole, 'node_modules/@a/linux': { resolved: 'https://registry.example/linux.tgz' } }
  t.strictSame(lockFileProblems(packages), [
    'node_modules/@a/linux: names a download address; .npmrc omits them',
  ])
})
