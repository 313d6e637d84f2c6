// Files watched by their paths: renamed over, swapped behind a symlink, written for the first time; and no longer, once they are let go.

import { mkdirSync, renameSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { testFolder } from '../../../test/support/test-folder.ts'
import { WatchedFiles } from './watch-files.ts'

const INTERVAL_MS = 10

function watch(t: Test, ...paths: string[]) {
  let changed = Promise.withResolvers<void>()
  const watched = new WatchedFiles(INTERVAL_MS, () => changed.resolve())
  t.teardown(() => watched.close())
  // Watching keeps no process up by itself.
  const up = setInterval(() => {}, 60_000)
  t.teardown(() => clearInterval(up))
  watched.watch(new Set(paths))
  const untilChanged = async () => {
    await changed.promise
    changed = Promise.withResolvers()
  }
  return { watched, untilChanged }
}

t.test(
  'a change between reading and watching is not missed: the first look always reports a change',
  async (t) => {
    const { untilChanged } = watch(t, join(testFolder(t, { 'a.pem': '1' }), 'a.pem'))
    await untilChanged()
  },
)

t.test('a file that is renamed over is seen', async (t) => {
  const folder = testFolder(t, { 'a.pem': '1', 'a.next': '22' })
  const { untilChanged } = watch(t, join(folder, 'a.pem'))
  await untilChanged()
  renameSync(join(folder, 'a.next'), join(folder, 'a.pem'))
  await untilChanged()
})

t.test('a symlink that is swapped above the file is seen', async (t) => {
  const folder = testFolder(t)
  const at = (...steps: string[]) => join(folder, ...steps)
  for (const version of ['1', '2']) {
    mkdirSync(at(version))
    writeFileSync(at(version, 'tls.crt'), version.repeat(Number(version)))
  }
  symlinkSync('1', at('..data'))
  symlinkSync(join('..data', 'tls.crt'), at('tls.crt'))
  const { untilChanged } = watch(t, at('tls.crt'))
  await untilChanged()
  symlinkSync('2', at('..next'))
  renameSync(at('..next'), at('..data'))
  await untilChanged()
})

t.test('a file that was not there is seen when it comes', async (t) => {
  const folder = testFolder(t)
  const { untilChanged } = watch(t, join(folder, 'a.pem'))
  await untilChanged()
  writeFileSync(join(folder, 'a.pem'), '1')
  await untilChanged()
})

t.test('a file that is let go is no longer seen, and another is', async (t) => {
  const folder = testFolder(t, { a: '1', b: '1' })
  const [a, b] = [join(folder, 'a'), join(folder, 'b')]
  const one = watch(t, a)
  one.watched.watch(new Set([b]))
  await one.untilChanged()
  const other = watch(t, a)
  await other.untilChanged()
  let isSeen = false
  const seen = one.untilChanged().then(() => {
    isSeen = true
  })
  writeFileSync(a, '22')
  await other.untilChanged()
  t.equal(isSeen, false, 'only watchers of the path are notified')
  writeFileSync(b, '22')
  await seen
})
