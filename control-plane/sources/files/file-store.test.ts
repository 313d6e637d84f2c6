// Which files of switches are read, and what is in force when one of them changes.

import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { echoDescriptors } from '../../../test/support/echo-descriptors.ts'
import { sampleWith } from '../../../test/support/sample-config.ts'
import { testFolder } from '../../../test/support/test-folder.ts'
import { toProblem } from '../../document/problem.ts'
import { contentsOf, FileStore } from './file-store.ts'

const ECHO = 'switchyard.echo.v1.EchoService'
const AT = 'fleets.edge.filters.grpcJsonTranscoder'

function open(t: Test) {
  const root = testFolder(t, { 'outside.binpb': Buffer.from(echoDescriptors()).toString('latin1') })
  const folder = join(root, 'files')
  mkdirSync(folder)
  const write = (bytes: Uint8Array | string) => writeFileSync(join(folder, 'echo.binpb'), bytes)
  write(echoDescriptors())
  const store = new FileStore({ folder, intervalMs: 10 })
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
  const read = (settings: object = {}) =>
    store.read(
      sampleWith({
        [AT]: { enabled: true, descriptors: 'echo.binpb', services: [ECHO], ...settings },
      }),
    )
  return { folder, root, store, write, untilChanged, read }
}

t.test('T24: a file that something uses which is on is read and checked', async (t) => {
  const { read } = open(t)
  const { problems, ...files } = await read()
  t.same(problems, [])
  t.same(contentsOf(files).get('echo.binpb'), Buffer.from(echoDescriptors()))
  t.equal((await read({ enabled: false })).inUse.size, 0, 'off')
})

t.test('T24: invalid files are problems of the field that names them', async (t) => {
  const { read, folder } = open(t)
  const problemsOf = async (settings: object) => (await read(settings)).problems.map(toProblem)
  t.match(await problemsOf({ descriptors: 'nowhere.binpb' }), [
    { path: `${AT}.descriptors`, message: /^nowhere\.binpb is not there/ },
  ])
  t.match(await problemsOf({ services: [ECHO, 'switchyard.echo.v1.Echo'] }), [
    { path: `${AT}.services[1]`, message: /Did you mean switchyard\.echo\.v1\.EchoService/ },
  ])
  symlinkSync('../outside.binpb', join(folder, 'link.binpb'))
  t.match(await problemsOf({ descriptors: 'link.binpb' }), [{ message: /is outside the folder of files/ }])
  writeFileSync(join(folder, 'large.binpb'), Buffer.alloc(4 * 1_048_576 + 1))
  t.match(await problemsOf({ descriptors: 'large.binpb' }), [{ message: /more than the limit of 4194304/ }])
})

t.test('T24: a file that changes is read again, and stays as it was if it becomes invalid', async (t) => {
  const { read, store, write, untilChanged } = open(t)
  const first = await read()
  store.use(first)
  await untilChanged()
  write('no descriptors')
  await untilChanged()
  const second = await read()
  t.same(second.problems, [])
  t.equal(contentsOf(second).get('echo.binpb'), contentsOf(first).get('echo.binpb'))
  store.use(second)
  t.match(store.status(), {
    'echo.binpb': { problems: [{ path: `${AT}.descriptors`, message: /has no descriptors/ }] },
  })
  t.match((await read({ services: ['a.B'] })).problems, [{}], 'what was in it has no such service')

  write(Buffer.concat([echoDescriptors()]))
  await untilChanged()
  const third = await read()
  store.use(third)
  t.same(store.status(), { 'echo.binpb': { problems: [] } })
  t.not(contentsOf(third).get('echo.binpb'), contentsOf(first).get('echo.binpb'))
})

t.test('T24: what was accepted comes back as it was, whatever is in the file now', async (t) => {
  const { read, store, write, untilChanged } = open(t)
  const accepted = await read()
  store.use(accepted)
  await untilChanged()
  write('no descriptors')
  await untilChanged()
  t.equal(await store.read(sampleWith({}), accepted), accepted)
})
