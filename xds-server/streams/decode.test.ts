// Requests from bytes: whatever protobuf-es reads from them is what the stream machines are given.

import assert from 'node:assert/strict'
import { create, equals, fromBinary, type MessageInitShape, toBinary } from '@bufbuild/protobuf'
import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire'
import { NodeSchema } from '@envoy/xds-protos/envoy/config/core/v3/base_pb.js'
import {
  DeltaDiscoveryRequestSchema,
  DiscoveryRequestSchema,
} from '@envoy/xds-protos/envoy/service/discovery/v3/discovery_pb.js'
import t from 'tap'
import { EMPTY_LIST, type SharedList } from '../../core/memo.ts'
import { fc } from '../../test/support/fast-check.ts'
import { spellingsOf } from '../type-state/spellings.ts'
import { decodeDeltaRequest, decodeSotwRequest } from './decode.ts'

const text = fc.string({ unit: 'binary', maxLength: 40 })
const names = fc.array(fc.string({ unit: 'binary', maxLength: 300, size: 'max' }), { maxLength: 8 })
const node = fc.record({ id: text, cluster: text })
const errorDetail = fc.record({ code: fc.integer({ min: 0, max: 16 }), message: text })

/** The fields of a `DiscoveryRequest`, one by one: joined in any order their bytes are a request. */
const sotwFields = fc.oneof(
  names.map((resourceNames) => ({ resourceNames })),
  text.map((typeUrl) => ({ typeUrl })),
  text.map((versionInfo) => ({ versionInfo })),
  text.map((responseNonce) => ({ responseNonce })),
)
/** Of these one at most: twice the same message would have to be merged. */
const once = fc.tuple(
  fc.option(
    node.map((node) => ({ node })),
    { nil: {} },
  ),
  fc.option(
    errorDetail.map((errorDetail) => ({ errorDetail })),
    { nil: {} },
  ),
)
const sotwBytes = fc
  .tuple(fc.array(sotwFields, { maxLength: 8 }), once)
  .chain(([many, few]) => fc.shuffledSubarray([...many, ...few], { minLength: many.length + few.length }))
  .map((fields) =>
    Buffer.concat(fields.map((one) => toBinary(DiscoveryRequestSchema, create(DiscoveryRequestSchema, one)))),
  )

const deltaBytes = fc
  .record(
    {
      node,
      typeUrl: text,
      resourceNamesSubscribe: names,
      resourceNamesUnsubscribe: names,
      initialResourceVersions: fc.dictionary(text, text),
      responseNonce: text,
      errorDetail,
    },
    { requiredKeys: [] },
  )
  .map((fields) => toBinary(DeltaDiscoveryRequestSchema, create(DeltaDiscoveryRequestSchema, fields)))

/** What the machines should read, taken from protobuf-es' own decoding. */
function sotwExpected(bytes: Uint8Array) {
  const { node, errorDetail, typeUrl, versionInfo, responseNonce, resourceNames } = fromBinary(
    DiscoveryRequestSchema,
    bytes,
  )
  const detail = errorDetail && { errorDetail: { code: errorDetail.code, message: errorDetail.message } }
  return { node, request: { typeUrl, versionInfo, responseNonce, resourceNames, ...detail } }
}

function deltaExpected(bytes: Uint8Array) {
  const message = fromBinary(DeltaDiscoveryRequestSchema, bytes)
  const { node, errorDetail, typeUrl, responseNonce } = message
  const detail = errorDetail && { errorDetail: { code: errorDetail.code, message: errorDetail.message } }
  return {
    node,
    request: {
      typeUrl,
      responseNonce,
      subscribe: message.resourceNamesSubscribe,
      unsubscribe: message.resourceNamesUnsubscribe,
      initialResourceVersions: new Map(Object.entries(message.initialResourceVersions)),
      ...detail,
    },
  }
}

const PROTOCOLS = [
  { name: 'DiscoveryRequest', bytes: sotwBytes, decode: decodeSotwRequest, expected: sotwExpected },
  { name: 'DeltaDiscoveryRequest', bytes: deltaBytes, decode: decodeDeltaRequest, expected: deltaExpected },
] as const

/** Fields of numbers that no request has, in every form that protobuf knows. */
const unknownFields = Buffer.from(
  new BinaryWriter()
    .tag(100, WireType.Varint)
    .uint32(300)
    .tag(101, WireType.Bit64)
    .fixed64(7n)
    .tag(102, WireType.LengthDelimited)
    .string('ignored')
    .tag(103, WireType.Bit32)
    .fixed32(7)
    .tag(104, WireType.StartGroup)
    .tag(3, WireType.LengthDelimited)
    .string('inside')
    .tag(104, WireType.EndGroup)
    .finish(),
)

for (const { name, bytes, decode, expected } of PROTOCOLS) {
  t.test(`a ${name} is read as protobuf-es reads it, in whatever order its fields come`, async (t) => {
    fc.assert(fc.property(bytes, (bytes) => assert.deepEqual(decode(bytes), expected(bytes))))
    t.pass()
  })

  t.test(`unknown fields in a ${name} are ignored, wherever they are`, async (t) => {
    fc.assert(
      fc.property(bytes, (bytes) => {
        const joined = Buffer.concat([unknownFields, bytes, unknownFields])
        assert.deepEqual(decode(joined).request, expected(bytes).request)
      }),
    )
    t.pass()
  })

  t.test(`a ${name} that was cut short is an error wherever protobuf-es finds one`, async (t) => {
    const attempt = (read: (bytes: Uint8Array) => unknown, bytes: Uint8Array) => {
      try {
        return read(bytes)
      } catch {
        return 'error'
      }
    }
    fc.assert(
      fc.property(bytes, fc.nat(), (bytes, at) => {
        const cut = bytes.subarray(0, at % (bytes.length + 1))
        assert.deepEqual(attempt(decode, cut), attempt(expected, cut))
      }),
      { numRuns: 500 },
    )
    t.pass()
  })

  t.test(`random bytes instead of a ${name} are decoded or an error, and nothing else`, async (t) => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
        try {
          assert.equal(typeof decode(bytes).request.typeUrl, 'string')
        } catch (error) {
          assert.ok(error instanceof Error)
        }
      }),
      { numRuns: 2_000 },
    )
    t.pass()
  })

  t.test(`X30: a ${name} without a node and a type says neither, and nothing is guessed`, async (t) => {
    const { node, request } = decode(new Uint8Array())
    t.equal(node, undefined)
    t.equal(request.typeUrl, '')
    t.equal('errorDetail' in request, false)
  })
}

function sotw(fields: MessageInitShape<typeof DiscoveryRequestSchema>): Uint8Array {
  return toBinary(DiscoveryRequestSchema, create(DiscoveryRequestSchema, fields))
}

t.test('the node comes whole, for its group and its address are read from it', async (t) => {
  const node = create(NodeSchema, {
    id: 'n',
    cluster: 'c',
    metadata: { switchyard: { listener_address: '127.0.1.2' } },
  })
  const decoded = decodeSotwRequest(sotw({ node, typeUrl: 't' })).node
  t.ok(decoded && equals(NodeSchema, decoded, node))
  const extensions = [{ name: 'one' }, { name: 'two' }]
  const more = { id: 'n', clientFeatures: ['a'] }
  const scanned = decodeSotwRequest(sotw({ node: { ...more, extensions }, typeUrl: 't' })).node
  const expected = create(NodeSchema, more)
  t.ok(scanned && equals(NodeSchema, scanned, expected), 'without its extensions, which nobody keeps')
})

t.test('a list of names that is repeated is the same list, and is not decoded again', async (t) => {
  const first = decodeSotwRequest(sotw({ resourceNames: ['a', 'b'], responseNonce: '1' })).request
  const second = decodeSotwRequest(sotw({ resourceNames: ['a', 'b'], responseNonce: '2' })).request
  const other = decodeSotwRequest(sotw({ resourceNames: ['a', 'c'] })).request
  t.equal(second.resourceNames, first.resourceNames)
  t.same(other.resourceNames, ['a', 'c'])
  t.equal(
    decodeSotwRequest(sotw({ responseNonce: '1' })).request.resourceNames,
    decodeSotwRequest(sotw({ responseNonce: '2' })).request.resourceNames,
    'so is the list of no names',
  )
})

const sent = (...lists: readonly SharedList<string>[]) =>
  lists.map((lastResourceNames) => ({ request: { lastResourceNames } }))

t.test('a list that the client sent before is recognized by its bytes', async (t) => {
  const { resourceNames: lastResourceNames } = decodeSotwRequest(sotw({ resourceNames: ['a', 'b'] })).request
  const read = (resourceNames: string[], responseNonce = '2') =>
    decodeSotwRequest(
      sotw({ typeUrl: 't', resourceNames, responseNonce }),
      sent(EMPTY_LIST, lastResourceNames),
    ).request
  t.equal(read(['a', 'b']).resourceNames, lastResourceNames)
  t.equal(read(['a', 'b']).responseNonce, '2')
  for (const other of [['a'], ['a', 'b', 'c'], ['a', 'c'], ['b', 'a', 'b'], []]) {
    t.same(read(other).resourceNames, other)
  }
  t.throws(() =>
    decodeSotwRequest(sotw({ resourceNames: ['a', 'bc'] }).subarray(0, -1), sent(lastResourceNames)),
  )
})

t.test('streams that subscribe to the same names by delta share one list too', async (t) => {
  const request = create(DeltaDiscoveryRequestSchema, { resourceNamesSubscribe: ['a', 'b'] })
  const read = (responseNonce: string) =>
    decodeDeltaRequest(toBinary(DeltaDiscoveryRequestSchema, { ...request, responseNonce })).request
  t.equal(read('1').subscribe, read('2').subscribe)
})

t.test('names with other fields between them are all read', async (t) => {
  const overrides = Buffer.concat([
    sotw({ resourceNames: ['a'] }),
    sotw({ typeUrl: 't' }),
    sotw({ resourceNames: ['b'] }),
    unknownFields,
    sotw({ resourceNames: ['c'] }),
  ])
  t.same(decodeSotwRequest(overrides).request, {
    typeUrl: 't',
    versionInfo: '',
    responseNonce: '',
    resourceNames: ['a', 'b', 'c'],
  })
})

t.test('a name that is longer than the request is an error', async (t) => {
  const bytes = sotw({ resourceNames: ['abc'] })
  t.throws(() => decodeSotwRequest(bytes.subarray(0, -1)), RangeError)
})

t.test('P24: the context parameters of a name are put in order', async (t) => {
  const [written, canonical] = ['xdstp://a/T/n?b=2&a=1', 'xdstp://a/T/n?a=1&b=2']
  t.same(decodeSotwRequest(sotw({ resourceNames: [written] })).request.resourceNames, [canonical])
  const delta = create(DeltaDiscoveryRequestSchema, {
    resourceNamesSubscribe: [written],
    resourceNamesUnsubscribe: [written],
    initialResourceVersions: { [written]: '1' },
  })
  const { request } = decodeDeltaRequest(toBinary(DeltaDiscoveryRequestSchema, delta))
  t.same([request.subscribe, request.unsubscribe], [[canonical], [canonical]])
  t.same([...request.initialResourceVersions], [[canonical, '1']])
})

t.test(
  'P24: what a client reports with a NACK has its names in order too, with a note of how it wrote them',
  async (t) => {
    const written = 'xdstp://a/C/f/x?b=2&a=1'
    const message = create(DeltaDiscoveryRequestSchema, {
      initialResourceVersions: { [written]: '1', plain: '2' },
      errorDetail: { code: 13, message: 'no' },
    })
    const { initialResourceVersions: reported } = decodeDeltaRequest(
      toBinary(DeltaDiscoveryRequestSchema, message),
    ).request
    const name = 'xdstp://a/C/f/x?a=1&b=2'
    t.strictSame(Object.fromEntries(reported), { [name]: '1', plain: '2' })
    t.strictSame(Object.fromEntries(spellingsOf(reported)), { [name]: written })
  },
)

t.test('the text of a NACK is kept up to 16,384 characters', async (t) => {
  for (const [length, kept] of [
    [16_384, 16_384],
    [20_000, 16_384],
  ] as const) {
    const errorDetail = { code: 13, message: 'x'.repeat(length) }
    const bytes = toBinary(DiscoveryRequestSchema, create(DiscoveryRequestSchema, { errorDetail }))
    t.equal(decodeSotwRequest(bytes).request.errorDetail?.message.length, kept)
  }
})
