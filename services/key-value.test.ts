// The key-value service does what the comments in its .proto say, within its limits.
import type { WatchResponse } from '@envoy/xds-protos/switchyard/kv/v1/key_value_pb.js'
import { WatchResponse_Kind } from '@envoy/xds-protos/switchyard/kv/v1/key_value_pb.js'
import { status } from '@grpc/grpc-js'
import t from 'tap'
import { openBackend } from '../test/support/open-backend.ts'

const MIB = 1024 * 1024
const encoder = new TextEncoder()
const ONE = encoder.encode('one')
const TWO = encoder.encode('two')

t.test('get returns the value of the last put, until the key is deleted', async (t) => {
  const { keyValue } = await openBackend(t)
  const put = await keyValue.put({ key: 'a', value: ONE })
  t.match(put, { entry: { key: 'a', value: ONE, version: 1n }, backendId: 'b1' })
  t.match(await keyValue.get({ key: 'a' }), { entry: { key: 'a', value: ONE, version: 1n }, backendId: 'b1' })
  t.match(await keyValue.delete({ key: 'a' }), { deleted: true, backendId: 'b1' })
  t.match(await keyValue.delete({ key: 'a' }), { deleted: false, backendId: 'b1' })
  await t.rejects(keyValue.get({ key: 'a' }), {
    code: status.NOT_FOUND,
    message: 'key "a" does not exist; put it first',
  })
})

t.test('each change of any key increases the version, and nothing else does', async (t) => {
  const { keyValue } = await openBackend(t)
  const put = async (key: string) => (await keyValue.put({ key })).entry?.version
  t.equal(await put('a'), 1n)
  t.equal(await put('b'), 2n)
  await keyValue.delete({ key: 'b' })
  await keyValue.delete({ key: 'b' })
  await keyValue.get({ key: 'a' })
  t.equal(await put('a'), 4n, 'the delete of an existing key took version 3, the others took none')
})

t.test('expected_version overwrites only that version', async (t) => {
  const { keyValue } = await openBackend(t)
  const aborted = (message: string) => ({ code: status.ABORTED, message })
  const fix = '; get it again and put with its version'

  await t.rejects(
    keyValue.put({ key: 'a', expectedVersion: 7n }),
    aborted(`key "a" does not exist but was expected at version 7${fix}`),
  )
  const first = await keyValue.put({ key: 'a', value: ONE, expectedVersion: 0n })
  t.equal(first.entry?.version, 1n, 'a rejected write takes no version')
  await t.rejects(keyValue.put({ key: 'a', value: TWO, expectedVersion: 0n }), {
    code: status.ALREADY_EXISTS,
    message: 'key "a" exists at version 1; get it, or put without expected_version to overwrite it',
  })
  await keyValue.put({ key: 'a', value: TWO, expectedVersion: 1n })
  await t.rejects(
    keyValue.put({ key: 'a', value: ONE, expectedVersion: 1n }),
    aborted(`key "a" is at version 2 but was expected at version 1${fix}`),
  )
  t.match(await keyValue.get({ key: 'a' }), { entry: { value: TWO, version: 2n } })
})

t.test('a listing comes in key order, a page at a time', async (t) => {
  const { keyValue } = await openBackend(t)
  for (const key of ['p/3', 'p/1', 'q/1', 'p/2', 'p/5', 'p/4']) await keyValue.put({ key })
  const pages: string[][] = []
  let pageToken = ''
  do {
    const page = await keyValue.list({ prefix: 'p/', pageSize: 2, pageToken })
    pages.push(page.entries.map(({ key }) => key))
    pageToken = page.nextPageToken
  } while (pageToken !== '')
  t.same(pages, [['p/1', 'p/2'], ['p/3', 'p/4'], ['p/5']])
})

t.test('the last page has no token, even where it is full', async (t) => {
  const { keyValue } = await openBackend(t)
  for (const key of ['a', 'b']) await keyValue.put({ key })
  t.equal((await keyValue.list({ pageSize: 2 })).nextPageToken, '')
  t.match(await keyValue.list({ prefix: 'none' }), { entries: [], nextPageToken: '', backendId: 'b1' })
})

t.test('a page size of 0 means 100, and 1,000 is accepted', async (t) => {
  const { keyValue } = await openBackend(t)
  for (let index = 0; index <= 1000; index += 1) await keyValue.put({ key: String(index) })
  t.equal((await keyValue.list({ pageSize: 0 })).entries.length, 100)
  t.equal((await keyValue.list({ pageSize: 1000 })).entries.length, 1000)
})

t.test('a page continues after its token even if the key of the token was deleted', async (t) => {
  const { keyValue } = await openBackend(t)
  for (const key of ['a', 'b', 'c']) await keyValue.put({ key })
  const { nextPageToken } = await keyValue.list({ pageSize: 2 })
  await keyValue.delete({ key: 'b' })
  t.match(await keyValue.list({ pageToken: nextPageToken }), { entries: [{ key: 'c' }] })
})

t.test('a page of large values ends before it is too large for a client', async (t) => {
  const { keyValue } = await openBackend(t)
  for (const key of ['a', 'b', 'c', 'd']) await keyValue.put({ key, value: new Uint8Array(MIB) })
  const first = await keyValue.list({})
  t.same(
    first.entries.map(({ key }) => key),
    ['a', 'b'],
  )
  const second = await keyValue.list({ pageToken: first.nextPageToken })
  t.same(
    second.entries.map(({ key }) => key),
    ['c', 'd'],
  )
  t.equal(second.nextPageToken, '')
})

t.test('keys and values may have the documented sizes', async (t) => {
  const { keyValue } = await openBackend(t)
  const key = 'é'.repeat(128)
  await keyValue.put({ key, value: new Uint8Array(MIB) })
  t.equal((await keyValue.get({ key })).entry?.value.length, MIB)
})

t.test('a request beyond a limit is INVALID_ARGUMENT', async (t) => {
  const { keyValue } = await openBackend(t)
  await keyValue.put({ key: 'p/1' })
  await keyValue.put({ key: 'p/2' })
  const { nextPageToken } = await keyValue.list({ prefix: 'p/', pageSize: 1 })
  const EMPTY = 'key: is empty; give 1 to 256 bytes'
  const LONG = 'key: 258 bytes are too many; give 1 to 256'
  const TOKEN =
    'page_token: does not belong to this listing; give the next_page_token of the previous page, with the same prefix'
  const long = 'é'.repeat(129)
  const calls: readonly (readonly [() => Promise<unknown>, string])[] = [
    [() => keyValue.get({ key: '' }), EMPTY],
    [() => keyValue.get({ key: long }), LONG],
    [() => keyValue.delete({ key: '' }), EMPTY],
    [() => keyValue.delete({ key: long }), LONG],
    [() => keyValue.put({ key: '' }), EMPTY],
    [
      () => keyValue.put({ key: long, value: new Uint8Array(MIB + 1) }),
      `${LONG}; value: 1048577 bytes are too many; give at most 1048576 (1 MiB)`,
    ],
    [() => keyValue.list({ pageSize: 1001 }), 'page_size: 1001 is too many; give at most 1000'],
    [() => keyValue.list({ pageToken: 'not a token' }), TOKEN],
    [() => keyValue.list({ prefix: 'q/', pageToken: nextPageToken }), TOKEN],
  ]
  for (const [call, message] of calls) await t.rejects(call(), { code: status.INVALID_ARGUMENT, message })
})

/** The next `count` steps of a watch, in short. */
async function take(watch: AsyncIterator<WatchResponse>, count: number): Promise<string[]> {
  const steps: string[] = []
  while (steps.length < count) {
    const { value } = await watch.next()
    const { kind, entry }: WatchResponse = value
    const text = entry ? ` ${entry.key}=${Buffer.from(entry.value)}@${entry.version}` : ''
    steps.push(`${WatchResponse_Kind[kind]}${text}`)
  }
  return steps
}

t.test('a watch sends the existing entries, then CAUGHT_UP, then each change under its prefix', async (t) => {
  const { keyValue } = await openBackend(t)
  await keyValue.put({ key: 'p/b', value: ONE })
  await keyValue.put({ key: 'p/a', value: ONE })
  await keyValue.put({ key: 'q/a', value: ONE })
  const watch = keyValue.watch({ prefix: 'p/' })
  t.same(await take(watch, 3), ['PUT p/a=one@2', 'PUT p/b=one@1', 'CAUGHT_UP'])

  await keyValue.put({ key: 'p/a', value: TWO })
  await keyValue.put({ key: 'q/a', value: TWO })
  await keyValue.delete({ key: 'p/b' })
  await keyValue.delete({ key: 'p/b' })
  await keyValue.put({ key: 'p/b', value: TWO })
  t.same(await take(watch, 3), ['PUT p/a=two@4', 'DELETE p/b=@6', 'PUT p/b=two@7'])
  await watch.return()
})

t.test('two watches both get each change, and one can end without the other', async (t) => {
  const { keyValue } = await openBackend(t)
  const watches = [keyValue.watch({}), keyValue.watch({})] as const
  for (const watch of watches) t.same(await take(watch, 1), ['CAUGHT_UP'])
  await keyValue.put({ key: 'a' })
  for (const watch of watches) t.same(await take(watch, 1), ['PUT a=@1'])
  await watches[0].return()
  await keyValue.put({ key: 'a' })
  t.same(await take(watches[1], 1), ['PUT a=@2'])
  await watches[1].return()
})

t.test('a watch ends with its signal', async (t) => {
  const { keyValue } = await openBackend(t)
  const abort = new AbortController()
  const watch = keyValue.watch({}, { signal: abort.signal })
  await take(watch, 1)
  const next = t.rejects(watch.next(), { code: status.CANCELLED })
  abort.abort()
  await next
})
