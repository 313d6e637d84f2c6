// The store: what it keeps, in which order, for whom, and through what.

import { fork } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import t, { type Test } from 'tap'
import { testFolder } from '../../test/support/test-folder.ts'
import { thrownBy } from '../../test/support/thrown.ts'
import type { RevisionInfo } from './revision.ts'
import { openSqliteStore } from './sqlite-store.ts'

function openIn(t: Test, path = join(testFolder(t), 'revisions.sqlite')) {
  const store = openSqliteStore(path)
  let isOpen = true
  const close = async () => {
    if (isOpen) await store.close()
    isOpen = false
  }
  t.teardown(close)
  return { store, path, close }
}

t.test(
  'a revision has a number, an ETag, an author, a time and a status, and is pending at first',
  async (t) => {
    const { store } = openIn(t)
    t.equal(await store.head(), undefined)
    const first = await store.append({ a: 1 }, undefined, 'file')
    t.match(first, { number: 1, author: 'file', status: 'pending', createdAt: /^\d{4}-.*Z$/, etag: /./ })
    const second = await store.append({ a: 2 }, first.etag, 'rest', {
      status: 'accepted',
      detail: { message: 'why', problems: [{ path: 'a', message: 'is 2' }] },
    })
    t.same(await store.get(1), { ...first, document: { a: 1 } })
    t.same(await store.head(), { ...second, document: { a: 2 } })
    t.same(await store.list(), [first, second])
    t.same(second.detail, { message: 'why', problems: [{ path: 'a', message: 'is 2' }] })
  },
)

t.test('equal documents have different ETags, for each is another revision', async (t) => {
  const { store } = openIn(t)
  const first = await store.append({}, undefined, 'x')
  const second = await store.append({}, first.etag, 'x')
  t.not(first.etag, second.etag)
})

t.test('who does not know the newest revision writes nothing', async (t) => {
  const { store } = openIn(t)
  const first = await store.append({ a: 1 }, undefined, 'x')
  await store.append({ a: 2 }, first.etag, 'x')
  for (const stale of [first.etag, undefined, '', '3-x']) {
    await t.rejects(store.append({ a: 3 }, stale, 'x'), { code: 'stale-etag', message: /revision is 2/ })
  }
  t.equal((await store.list()).length, 2)
})

t.test('of two who write at once upon the same revision, one does', async (t) => {
  const { store } = openIn(t)
  const { etag } = await store.append({}, undefined, 'x')
  const written = await Promise.allSettled([1, 2, 3].map((a) => store.append({ a }, etag, 'x')))
  t.same(
    written.map(({ status }) => status),
    ['fulfilled', 'rejected', 'rejected'],
  )
})

t.test('a revision and the status of the one before it are one transaction', async (t) => {
  const { store } = openIn(t)
  const first = await store.append({}, undefined, 'x')
  const why = { message: 'no such filter', problems: [] }
  const second = await store.append({}, first.etag, 'system', {
    status: 'accepted',
    previous: { status: 'rolled_back', detail: why },
  })
  t.match(await store.info(1), { status: 'rolled_back', detail: why })
  t.match(second, { number: 2, status: 'accepted' })

  // The second half of the write fails, so there is nothing of the first half either.
  const unwritable = { status: 'rolled_back', detail: 1n as never } as const
  await t.rejects(store.append({}, second.etag, 'system', { previous: unwritable }))
  t.same(
    (await store.list()).map(({ number, status }) => `${number} ${status}`),
    ['1 rolled_back', '2 accepted'],
  )
})

t.test('the newest revision with one of some statuses is found', async (t) => {
  const { store } = openIn(t)
  let etag: string | undefined
  for (const status of ['accepted', 'rejected', 'rolled_back', 'accepted'] as const) {
    etag = (await store.append({}, etag, 'x', { status })).etag
  }
  t.match(await store.newest(['accepted']), { number: 4 })
  t.match(await store.newest(['rejected', 'rolled_back']), { number: 3 })
  t.equal(await store.newest(['superseded']), undefined)
})

t.test('a status comes with its detail, and a revision that is not there is an error', async (t) => {
  const { store } = openIn(t)
  await store.append({}, undefined, 'x')
  const detail = { message: 'no such filter', problems: [] }
  t.match(await store.setStatus(1, 'rejected', detail), { number: 1, status: 'rejected', detail })
  t.notOk('detail' in (await store.setStatus(1, 'accepted')))
  await t.rejects(store.get(2), { code: 'not-found', message: 'there is no revision 2' })
  await t.rejects(store.setStatus(2, 'accepted'), { code: 'not-found' })
})

t.test('a watch yields existing revisions, then new ones, and ends when aborted', async (t) => {
  const { store } = openIn(t)
  const first = await store.append({}, undefined, 'x')
  const second = await store.append({ a: 1 }, first.etag, 'x')
  const ending = new AbortController()
  const seen: string[] = []
  for await (const { number, status } of store.watch(2, { signal: ending.signal })) {
    seen.push(`${number} ${status}`)
    if (seen.length === 1) {
      await store.setStatus(1, 'superseded')
      await store.setStatus(2, 'accepted')
      await store.append({ a: 2 }, second.etag, 'x')
    }
    if (seen.length === 3) ending.abort()
  }
  t.same(seen, ['2 pending', '2 accepted', '3 pending'])

  const known: RevisionInfo[] = []
  for await (const revision of store.watch(1, { signal: AbortSignal.abort() })) known.push(revision)
  t.equal(known.length, 3, 'a watch that has ended already tells what is there')
})

t.test('what was written is there after it is opened again', async (t) => {
  const { store, path, close } = openIn(t)
  const first = await store.append({ a: 'ä' }, undefined, 'x')
  await close()
  const again = openIn(t, path).store
  t.same(await again.head(), { ...first, document: { a: 'ä' } })
})

t.test(
  'a file has one owner: a second gets an error that names the file, and succeeds once the first has closed',
  async (t) => {
    const { path, close } = openIn(t)
    t.match(
      thrownBy(() => openSqliteStore(path)),
      { code: 'state-in-use', message: new RegExp(`^${path} is in use`) },
    )
    await close()
    openIn(t, path)
  },
)

t.test('kill -9 leaves every revision that was acknowledged, and no lock', async (t) => {
  const path = join(testFolder(t), 'revisions.sqlite')
  const child = fork(join(import.meta.dirname, '../../test/support/endless-writer.ts'), [path])
  t.teardown(() => child.kill('SIGKILL'))
  let acknowledged = 0
  child.on('message', (number: number) => {
    if (acknowledged === 0) t.throws(() => openSqliteStore(path), { code: 'state-in-use' })
    acknowledged = number
    if (number === 50) child.kill('SIGKILL')
  })
  await once(child, 'exit')
  const { store } = openIn(t, path)
  const head = await store.head()
  t.ok(acknowledged >= 50)
  t.ok(head !== undefined && head.number >= acknowledged, 'none that was acknowledged is lost')
  t.same(head?.document, { number: head?.number })
})

const FOREIGN: readonly [title: string, spoil: (path: string) => void, problem: object][] = [
  [
    'a file that is not a database',
    (path) => writeFileSync(path, 'version: 1\n'.repeat(1000)),
    { code: 'state-damaged', message: /revisions\.sqlite is damaged.*restore a copy/ },
  ],
  [
    'a file that was cut short',
    (path) => {
      writeMany(path)
      truncateSync(path, 9_000)
    },
    { code: 'state-damaged' },
  ],
  [
    'a file with a page of rubbish in it',
    (path) => {
      writeMany(path)
      writeFileSync(path, readFileSync(path).fill(0x5a, 8_192, 12_288))
    },
    { code: 'state-damaged' },
  ],
  [
    "another program's database",
    (path) => {
      const other = new DatabaseSync(path)
      other.exec('CREATE TABLE revision (number INTEGER)')
      other.close()
    },
    { code: 'state-unusable', message: /written by another program/ },
  ],
]

function writeMany(path: string): void {
  openSqliteStore(path).close()
  const database = new DatabaseSync(path)
  const insert = database.prepare("INSERT INTO revision VALUES (?, 'e', ?, 'x', 'now', 'pending', NULL)")
  for (let number = 1; number <= 50; number += 1) insert.run(number, JSON.stringify('x'.repeat(1_000)))
  database.close()
}

for (const [title, spoil, problem] of FOREIGN) {
  t.test(`${title} is a clear error that names the file`, async (t) => {
    const path = join(testFolder(t), 'revisions.sqlite')
    spoil(path)
    t.match(
      thrownBy(() => openSqliteStore(path)),
      problem,
    )
  })
}

t.test('a folder that is not there is a clear error', async (t) => {
  const path = join(testFolder(t), 'gone', 'revisions.sqlite')
  t.match(
    thrownBy(() => openSqliteStore(path)),
    { code: 'state-unusable', message: new RegExp(path) },
  )
})

t.test('a commit that was cut short by a crash is left out, and what was before it stays', async (t) => {
  const { store, path, close } = openIn(t)
  const first = await store.append({ a: 1 }, undefined, 'x')
  const wal = `${path}-wal`
  const before = readFileSync(wal).length
  await store.append({ a: 2 }, first.etag, 'x')
  const whole = { database: readFileSync(path), wal: readFileSync(wal) }
  await close()
  writeFileSync(path, whole.database)
  writeFileSync(wal, whole.wal.subarray(0, before + 100))
  t.equal((await openIn(t, path).store.head())?.number, 1)
})
