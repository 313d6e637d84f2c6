// Requests that are read in place, and those that are left to protobuf-es: `decode.test.ts` cannot tell one from the other.

import { create, type MessageInitShape, toBinary } from '@bufbuild/protobuf'
import { BinaryWriter } from '@bufbuild/protobuf/wire'
import {
  DeltaDiscoveryRequestSchema,
  DiscoveryRequestSchema,
} from '@envoy/xds-protos/envoy/service/discovery/v3/discovery_pb.js'
import t from 'tap'
import { EMPTY_LIST } from '../../core/memo.ts'
import { NO_SPELLINGS, spellingsOf } from '../type-state/spellings.ts'
import { canonicalList, type RequestLayout, scanRequest, withoutField } from './scan-request.ts'

const SOTW: RequestLayout = { version: 1, node: 2, names: 3, typeUrl: 4, nonce: 5 }
const DELTA: RequestLayout = { node: 1, typeUrl: 2, names: 3, unsubscribe: 4, initialVersions: 5, nonce: 6 }

const sotw = (fields: MessageInitShape<typeof DiscoveryRequestSchema>) =>
  Buffer.from(toBinary(DiscoveryRequestSchema, create(DiscoveryRequestSchema, fields)))
const delta = (fields: MessageInitShape<typeof DeltaDiscoveryRequestSchema>) =>
  Buffer.from(toBinary(DeltaDiscoveryRequestSchema, create(DeltaDiscoveryRequestSchema, fields)))

/** The tag of a field with a length. */
const tagOf = (field: number) => (field << 3) | 2

t.test('a request in SotW is read in place', async (t) => {
  const fields = { versionInfo: 'v', typeUrl: 't', responseNonce: 'n', resourceNames: ['a', 'b'] }
  t.strictSame(scanRequest(sotw({ ...fields, node: { id: 'x' } }), SOTW, []), {
    node: Buffer.from([0x0a, 1, 0x78]),
    version: 'v',
    typeUrl: 't',
    nonce: 'n',
    names: ['a', 'b'],
    unsubscribe: [],
    initialVersions: new Map(),
  })
  t.equal(scanRequest(Buffer.alloc(0), SOTW, [])?.names, EMPTY_LIST)
})

t.test('a request in delta is read in place, with names in their one spelling', async (t) => {
  const [written, canonical] = ['xdstp://a/T/n?b=2&a=1', 'xdstp://a/T/n?a=1&b=2']
  const found = scanRequest(
    delta({
      node: { id: 'x' },
      typeUrl: 't',
      responseNonce: 'n',
      resourceNamesSubscribe: ['a', written],
      resourceNamesUnsubscribe: ['b', written],
      initialResourceVersions: { c: '1', [written]: '2' },
    }),
    DELTA,
    [],
  )
  t.match(found, { typeUrl: 't', nonce: 'n', names: ['a', canonical], unsubscribe: ['b', canonical] })
  t.strictSame(
    found?.initialVersions,
    new Map([
      ['c', '1'],
      [canonical, '2'],
    ]),
  )
  const asWritten = new Map([[canonical, written]])
  t.strictSame(spellingsOf(found?.names ?? []), asWritten, 'only what differs is noted')
  t.strictSame(spellingsOf(found?.initialVersions ?? []), asWritten)
})

t.test('names in their one spelling have no note', async (t) => {
  const found = scanRequest(delta({ initialResourceVersions: { c: '1' } }), DELTA, [])
  t.equal(spellingsOf(found?.initialVersions ?? []), NO_SPELLINGS)
  t.equal(spellingsOf(canonicalList(['a'])), NO_SPELLINGS)
})

t.test('texts are read in place up to the longest length of four bytes', async (t) => {
  for (const length of [0, 1, 127, 128, 16_383, 16_384, 2_097_151, 2_097_152]) {
    const text = 'x'.repeat(length)
    t.ok(scanRequest(sotw({ typeUrl: text }), SOTW, [])?.typeUrl === text, `${length} bytes`)
  }
  const one = [tagOf(SOTW.typeUrl), 0x81, 0x80, 0x80, 0x00, 0x78]
  t.equal(scanRequest(Buffer.from(one), SOTW, [])?.typeUrl, 'x')
  const none = [tagOf(SOTW.typeUrl), 0x80, 0x80, 0x80, 0x80, 0x00]
  t.equal(scanRequest(Buffer.from(none), SOTW, []), undefined, 'a length of five bytes is left')
})

t.test('what is unusual in a request is left', async (t) => {
  const typeUrl = [tagOf(SOTW.typeUrl), 1, 0x78]
  const cases: Record<string, Buffer> = {
    'a NACK': sotw({ errorDetail: { code: 3, message: 'm' } }),
    'two nodes, to be merged': Buffer.concat([sotw({ node: { id: 'x' } }), sotw({ node: { cluster: 'y' } })]),
    'names apart from each other': Buffer.concat([
      sotw({ resourceNames: ['a'] }),
      sotw({ typeUrl: 't' }),
      sotw({ resourceNames: ['b'] }),
    ]),
    'a field without a length': Buffer.from([SOTW.typeUrl << 3, 0]),
    'one behind others': Buffer.from([...typeUrl, 7 << 3, 0]),
    'a field that goes on behind the end': Buffer.from(typeUrl).subarray(0, -1),
    'a tag alone': Buffer.from([tagOf(SOTW.typeUrl)]),
    'half a length': Buffer.from([tagOf(SOTW.typeUrl), 0x80]),
    'a last name that is cut off': sotw({ resourceNames: ['a', 'bc'] }).subarray(0, -1),
  }
  for (const [title, bytes] of Object.entries(cases)) t.equal(scanRequest(bytes, SOTW, []), undefined, title)
  for (const field of [SOTW.typeUrl, SOTW.nonce, SOTW.version ?? 0]) {
    t.equal(scanRequest(Buffer.from([tagOf(field), 1, 0xff]), SOTW, []), undefined, 'no UTF-8')
  }
  t.equal(scanRequest(Buffer.from([tagOf(4), 1, 0xff]), DELTA, []), undefined, 'no UTF-8 in a name')
})

t.test('an entry of initial_resource_versions is a name and then its version', async (t) => {
  const entry = (...parts: readonly (readonly [field: number, bytes: readonly number[]])[]) => {
    const bytes = parts.flatMap(([field, content]) => [tagOf(field), content.length, ...content])
    return scanRequest(Buffer.from([tagOf(5), bytes.length, ...bytes]), DELTA, [])
  }
  const [name, version] = [[1, [0x61]] as const, [2, [0x31]] as const]
  t.strictSame(entry(name, version)?.initialVersions, new Map([['a', '1']]))
  const others = [
    [],
    [name],
    [version],
    [version, name],
    [name, name],
    [version, version],
    [name, version, name],
    [name, version, [3, []] as const],
    [[3, [0x61]] as const, version],
    [name, [3, [0x31]] as const],
    [[1, [0xff]] as const, version],
    [name, [2, [0xff]] as const],
  ]
  for (const parts of others) t.equal(entry(...parts), undefined, JSON.stringify(parts))
})

t.test('a list of names that the client sent before is that list, and a longer one is another', async (t) => {
  const known = scanRequest(sotw({ resourceNames: ['a', 'b'] }), SOTW, [])?.names ?? EMPTY_LIST
  const sent = [EMPTY_LIST, known].map((lastResourceNames) => ({ request: { lastResourceNames } }))
  const read = (resourceNames: string[]) =>
    scanRequest(sotw({ versionInfo: 'v', resourceNames, typeUrl: 't' }), SOTW, sent)
  t.equal(read(['a', 'b'])?.names, known)
  t.equal(read(['a', 'b'])?.typeUrl, 't', 'what follows the list is read')
  t.strictSame(read(['a', 'b', 'c'])?.names, ['a', 'b', 'c'])
  t.strictSame(read(['a', 'c'])?.names, ['a', 'c'])
})

t.test('a field is taken out of a message wherever it is', async (t) => {
  const [kept, other, gone] = [
    [tagOf(1), 1, 0x61],
    [tagOf(2), 1, 0x62],
    [tagOf(9), 2, 0x63, 0x64],
  ] as const
  const without = (...parts: (readonly number[])[]) => [...withoutField(Buffer.from(parts.flat()), 9)]
  t.strictSame(without(kept, gone, other), [...kept, ...other])
  t.strictSame(without(gone, kept, gone, gone, other, gone), [...kept, ...other])
  t.strictSame(without(kept, other), [...kept, ...other])
  t.strictSame(without(gone), [])
  const unusual = new BinaryWriter().tag(3, 0).uint32(1).finish()
  t.strictSame(without(kept, gone, [...unusual]), [...kept, ...gone, ...unusual], 'what is unusual stays')
  // Field 100, with a tag of two bytes. Read as one byte, its length would be a tag, and field 9 would begin inside it.
  const wide = [0xa2, 0x06, 6, ...gone, 0x65, 0x66]
  t.strictSame(without(kept, wide), [...kept, ...wide])
})
