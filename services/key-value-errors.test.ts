// What the key-value service says with its errors: statuses for their own reasons, and details that programs can read.

import { readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Metadata, status } from '@grpc/grpc-js'
import t from 'tap'
import { openBackend } from '../test/support/open-backend.ts'
import { testFolder } from '../test/support/test-folder.ts'
import { detailOf, detailsOf, RpcStatusError } from './rpc/index.ts'

const ONE = new TextEncoder().encode('one')

async function errorOf(call: Promise<unknown>): Promise<RpcStatusError> {
  const error = await call.then(
    () => undefined,
    (rejected: unknown) => rejected,
  )
  if (error instanceof RpcStatusError) return error
  throw new Error(`the call has no status: ${error}`)
}

t.test('O1.8: a range begins within its value, or is OUT_OF_RANGE', async (t) => {
  const { keyValue } = await openBackend(t)
  await keyValue.put({ key: 'a', value: ONE })
  await keyValue.put({ key: 'empty' })
  const text = async (offset: number, length: number) =>
    Buffer.from((await keyValue.readRange({ key: 'a', offset, length })).value).toString()
  t.equal(await text(0, 0), 'one')
  t.equal(await text(1, 1), 'n')
  t.equal(await text(2, 100), 'e')
  t.match(await keyValue.readRange({ key: 'empty' }), { value: new Uint8Array(0), total: 0 })
  await t.rejects(keyValue.readRange({ key: 'a', offset: 3 }), {
    code: status.OUT_OF_RANGE,
    message: 'offset 3 is behind the end of key "a", which has 3 bytes; read below 3',
  })
  await t.rejects(keyValue.readRange({ key: 'b' }), { code: status.NOT_FOUND })
})

t.test('O1.8: a sealed key can be read, and FAILED_PRECONDITION says which prefix is sealed', async (t) => {
  const { keyValue } = await openBackend(t)
  await keyValue.put({ key: 'y1/a', value: ONE })
  await keyValue.put({ key: 'y2/a', value: ONE })
  t.match(await keyValue.seal({ prefix: 'y1/' }), { keys: 1, backendId: 'b1' })
  for (const call of [() => keyValue.put({ key: 'y1/b' }), () => keyValue.delete({ key: 'y1/a' })]) {
    const error = await errorOf(call())
    t.equal(error.code, status.FAILED_PRECONDITION)
    t.match(detailOf(error, 'google.rpc.PreconditionFailure')?.violations, [
      { type: 'SEALED', subject: 'y1/' },
    ])
  }
  t.match(await keyValue.get({ key: 'y1/a' }), { entry: { value: ONE } })
  await keyValue.put({ key: 'y2/a', value: ONE })
  await t.rejects(keyValue.seal({}), { code: status.INVALID_ARGUMENT })
})

t.test('O1.8: a value that was damaged on disk is DATA_LOSS until it is put again', async (t) => {
  const folder = testFolder(t)
  const { keyValue } = await openBackend(t, { keyValue: { valuesIn: folder } })
  await keyValue.put({ key: 'a', value: ONE })
  t.match(await keyValue.get({ key: 'a' }), { entry: { value: ONE } })
  writeFileSync(join(folder, readdirSync(folder)[0] ?? ''), 'two')
  await t.rejects(keyValue.get({ key: 'a' }), { code: status.DATA_LOSS })
  await keyValue.put({ key: 'a', value: ONE })
  t.match(await keyValue.get({ key: 'a' }), { entry: { value: ONE } })
})

t.test('O1.9: writes beyond the quota say when to come back', async (t) => {
  const quota = { writes: 2, windowMs: 3_600_000 }
  const { keyValue } = await openBackend(t, { keyValue: { quota } })
  for (const key of ['a', 'b']) await keyValue.put({ key })
  const error = await errorOf(keyValue.put({ key: 'c' }))
  t.equal(error.code, status.RESOURCE_EXHAUSTED)
  t.match(detailOf(error, 'google.rpc.QuotaFailure')?.violations, [{ subject: 'writes of this backend' }])
  const seconds = Number(detailOf(error, 'google.rpc.RetryInfo')?.retryDelay?.seconds)
  t.ok(seconds > 3_000 && seconds <= 3_600, `${seconds} s`)
  await keyValue.get({ key: 'a' })
})

t.test('O1.9: each error of the service has the detail that belongs to it', async (t) => {
  const { keyValue } = await openBackend(t)
  await keyValue.put({ key: 'a' })
  const invalid = await errorOf(keyValue.put({ key: '', value: new Uint8Array(1024 * 1024 + 1) }))
  t.match(detailOf(invalid, 'google.rpc.BadRequest')?.fieldViolations, [
    { field: 'key', description: 'is empty; give 1 to 256 bytes' },
    { field: 'value' },
  ])
  const missing = await errorOf(keyValue.get({ key: 'b' }))
  t.match(detailOf(missing, 'google.rpc.ResourceInfo'), { resourceName: 'b' })
  const conflict = await errorOf(keyValue.put({ key: 'a', expectedVersion: 7n }))
  t.match(detailOf(conflict, 'google.rpc.ErrorInfo'), {
    reason: 'VERSION_CONFLICT',
    domain: 'kv.switchyard',
    metadata: { key: 'a', version: '1', expectedVersion: '7' },
  })
})

t.test(
  'O1.9: callers get what they ask for by metadata, and the stack where it is switched on',
  async (t) => {
    const { keyValue } = await openBackend(t)
    const metadata = Metadata.fromHttp2Headers({ 'x-request-id': 'r1', 'accept-language': 'sv, de-CH;q=0.9' })
    const error = await errorOf(keyValue.get({ key: 'b' }, { metadata }))
    t.equal(detailOf(error, 'google.rpc.RequestInfo')?.requestId, 'r1')
    t.match(detailOf(error, 'google.rpc.LocalizedMessage'), {
      locale: 'de',
      message: 'Dieser Eintrag existiert nicht.',
    })
    const plain = await errorOf(keyValue.get({ key: 'b' }))
    t.strictSame(
      detailsOf(plain).map(({ $typeName }) => $typeName),
      ['google.rpc.ResourceInfo'],
    )
    const { keyValue: open } = await openBackend(t, { debugDetails: true })
    const shown = detailOf(await errorOf(open.get({ key: 'b' })), 'google.rpc.DebugInfo')
    t.match(shown?.stackEntries[0], /^at /)
  },
)
