// Splitting: every part below the limit, nothing lost, nothing twice, and shared where the list is shared.

import assert from 'node:assert/strict'
import t from 'tap'
import { EMPTY_LIST, type SharedList, shareList } from '../../core/memo.ts'
import { fc } from '../../test/support/fast-check.ts'
import { UNKNOWN } from '../../test/support/script-resources.ts'
import type { Resource } from '../snapshot/resource.ts'
import { encodeDeltaResponse } from './encode.ts'
import { MAX_RESPONSE_BYTES, splitContent } from './response-size.ts'

/** What gRPC clients take by default. */
const GRPC_LIMIT = 4 * 1024 * 1024

const contents = new Map<number, Uint8Array>()

/** A resource of the given size. Resources of equal size share their bytes to save memory. */
function resourceOf(name: string, size: number): Resource {
  const value = contents.get(size) ?? new Uint8Array(size)
  contents.set(size, value)
  return { typeUrl: UNKNOWN, name, version: 'v'.repeat(16), value, references: [] }
}

function bytesOf(content: { readonly resources: SharedList<Resource>; readonly removed: readonly string[] }) {
  const response = { typeUrl: UNKNOWN, nonce: '1', version: 'v'.repeat(16), changedResources: [], ...content }
  return encodeDeltaResponse(response).length
}

t.test('X37: small content stays one response with the very same lists', async (t) => {
  const resources = shareList([resourceOf('a', 10), resourceOf('b', 10)])
  const removed = ['c']
  const [only, ...more] = splitContent(resources, removed)
  t.equal(only?.resources, resources)
  t.equal(only?.removed, removed)
  t.same(more, [])
})

t.test('X37: empty content is one empty response', async (t) => {
  t.same(splitContent(EMPTY_LIST, []), [{ resources: [], removed: [] }])
})

t.test('X37: a resource over the limit gets a response of its own', async (t) => {
  const [small, huge, last] = [resourceOf('a', 1), resourceOf('b', MAX_RESPONSE_BYTES), resourceOf('c', 1)]
  t.same(splitContent(shareList([small, huge, last]), []), [
    { resources: [small], removed: [] },
    { resources: [huge], removed: [] },
    { resources: [last], removed: [] },
  ])
})

t.test('X37: a response is filled up to the limit, and not beyond', async (t) => {
  const overhead = 120 + 3
  const half = MAX_RESPONSE_BYTES / 2 - overhead
  const pair = shareList([resourceOf('a', half), resourceOf('b', half)])
  t.equal(splitContent(pair, []).length, 1)
  t.equal(splitContent(shareList([resourceOf('a', half), resourceOf('b', half + 1)]), []).length, 2)
})

t.test('X37: removals follow the resources in responses of their own', async (t) => {
  const resources = shareList([resourceOf('a', MAX_RESPONSE_BYTES), resourceOf('b', 1)])
  const [first, second] = resources
  t.same(splitContent(resources, ['c', 'd']), [
    { resources: [first], removed: [] },
    { resources: [second], removed: [] },
    { resources: [], removed: ['c', 'd'] },
  ])
  t.same(splitContent(resources, []), [
    { resources: [first], removed: [] },
    { resources: [second], removed: [] },
  ])
})

t.test('X37: a split list is split once, so that streams share the encoding of its parts', async (t) => {
  const resources = shareList([resourceOf('a', MAX_RESPONSE_BYTES), resourceOf('b', 1)])
  const [first] = splitContent(resources, [])
  t.equal(splitContent(resources, ['x'])[0]?.resources, first?.resources)
})

t.test(
  'X37: a response of removals is filled up to the limit, by three bytes for each character',
  async (t) => {
    const removed = Array.from({ length: 2_000 }, () => 'n'.repeat(1_000))
    const most = Math.floor(MAX_RESPONSE_BYTES / 3_008)
    t.same(
      splitContent(EMPTY_LIST, removed).map((part) => part.removed.length),
      [most, 2_000 - most],
    )
  },
)

t.test('X37: 50,000 removals of long names are split too', async (t) => {
  const removed = Array.from({ length: 50_000 }, (_, index) => `${'name'.repeat(40)}${index}`)
  const parts = splitContent(EMPTY_LIST, removed)
  t.ok(parts.length > 1)
  t.same(
    parts.flatMap((part) => part.removed),
    removed,
  )
  t.ok(parts.every((part) => part.resources.length === 0 && bytesOf(part) < GRPC_LIMIT))
})

t.test(
  'X37: split content is complete, in order, and within the default limit of gRPC clients',
  async (t) => {
    const name = fc.string({ unit: 'binary', minLength: 1, maxLength: 200, size: 'max' })
    const size = fc.oneof(fc.nat(300), fc.constantFrom(100_000, 1_000_000, 3_000_000))
    const resources = fc.array(fc.record({ name, size }), { maxLength: 20 })
    fc.assert(
      fc.property(resources, fc.array(name, { maxLength: 20 }), (written, removed) => {
        const list = shareList(written.map((one) => resourceOf(one.name, one.size)))
        const parts = splitContent(list, removed)
        assert.deepEqual(
          parts.flatMap((part) => part.resources),
          list,
        )
        assert.deepEqual(
          parts.flatMap((part) => part.removed),
          removed,
        )
        assert.ok(parts.every((part) => bytesOf(part) < GRPC_LIMIT))
      }),
      { numRuns: 50 },
    )
    t.pass()
  },
)
