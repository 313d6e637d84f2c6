// Responses as bytes: protobuf-es reads from them what they were made of, and what streams share is encoded once.

import assert from 'node:assert/strict'
import { fromBinary } from '@bufbuild/protobuf'
import { anyUnpack } from '@bufbuild/protobuf/wkt'
import {
  DeltaDiscoveryResponseSchema,
  DiscoveryResponseSchema,
  type ResourceError as ErrorOnWire,
  ResourceSchema,
} from '@envoy/xds-protos/envoy/service/discovery/v3/discovery_pb.js'
import t from 'tap'
import { shareList } from '../../core/memo.ts'
import { fc } from '../../test/support/fast-check.ts'
import { resourceFor } from '../../test/support/script-resources.ts'
import type { Resource } from '../snapshot/resource.ts'
import { VIRTUAL_HOST } from '../snapshot/resource-type.ts'
import type { Response } from '../type-state/responses.ts'
import { encodeDeltaResponse, encodeSotwResponse } from './encode.ts'

const text = fc.string({ unit: 'binary', maxLength: 40 })

const resource: fc.Arbitrary<Resource> = fc.record({
  typeUrl: text,
  name: text,
  version: text,
  value: fc.uint8Array({ maxLength: 300, size: 'max' }),
  references: fc.constant([]),
})

const response: fc.Arbitrary<Response> = fc.record({
  typeUrl: text,
  nonce: text,
  version: text,
  resources: fc.array(resource, { maxLength: 5 }).map(shareList),
  changedResources: fc.constant([]),
  removed: fc.array(text, { maxLength: 5 }),
  errors: fc.array(
    fc.record(
      { name: text, code: fc.integer({ min: 1, max: 16 }), message: text },
      { noNullPrototype: true },
    ),
    {
      maxLength: 3,
    },
  ),
})

function errorsIn({ resourceErrors }: { readonly resourceErrors: readonly ErrorOnWire[] }) {
  return resourceErrors.map(({ resourceName, errorDetail }) => ({
    name: resourceName?.name,
    code: errorDetail?.code,
    message: errorDetail?.message,
  }))
}

const hex = (bytes: Uint8Array | undefined) => Buffer.from(bytes ?? []).toString('hex')

t.test('a DiscoveryResponse holds its version, type, nonce and resources, and nothing else', async (t) => {
  fc.assert(
    fc.property(response, (response) => {
      const message = fromBinary(DiscoveryResponseSchema, encodeSotwResponse(response))
      const { resources, resourceErrors, $typeName, ...fields } = message
      assert.deepEqual(errorsIn(message), response.errors)
      const { version: versionInfo, typeUrl, nonce } = response
      assert.deepEqual(fields, { versionInfo, typeUrl, nonce, canary: false })
      assert.deepEqual(
        resources.map(({ typeUrl, value }) => [typeUrl, hex(value)]),
        response.resources.map(({ typeUrl, value }) => [typeUrl, hex(value)]),
      )
    }),
  )
  t.pass()
})

t.test('a response that cannot be encoded leaves nothing in the next one', async (t) => {
  const whole: Response = {
    typeUrl: 'type',
    nonce: '1',
    version: 'v',
    resources: shareList([]),
    changedResources: [],
    removed: [],
  }
  const broken = { ...whole, removed: ['leaked'], errors: [{ name: 'a', code: 0.5, message: '' }] }
  for (const encode of [encodeDeltaResponse, encodeSotwResponse]) {
    const expected = encode(whole)
    t.throws(() => encode(broken))
    t.ok(encode(whole).equals(expected))
  }
})

t.test('a DeltaDiscoveryResponse holds its resources by name and version, and what is removed', async (t) => {
  fc.assert(
    fc.property(response, (response) => {
      const message = fromBinary(DeltaDiscoveryResponseSchema, encodeDeltaResponse(response))
      const { resources, resourceErrors, $typeName, ...fields } = message
      assert.deepEqual(errorsIn(message), response.errors)
      const { version: systemVersionInfo, typeUrl, nonce, removed: removedResources } = response
      assert.deepEqual(fields, {
        systemVersionInfo,
        typeUrl,
        nonce,
        removedResources,
        removedResourceNames: [],
      })
      assert.deepEqual(
        resources.map(({ name, version, resource, aliases, ttl }) => [
          name,
          version,
          resource?.typeUrl,
          hex(resource?.value),
          aliases,
          ttl,
        ]),
        response.resources.map(({ name, version, typeUrl, value }) => [
          name,
          version,
          typeUrl,
          hex(value),
          [],
          undefined,
        ]),
      )
    }),
  )
  t.pass()
})

const TTLS: readonly [ttlMs: number, seconds: bigint, nanos: number][] = [
  [1, 0n, 1_000_000],
  [9_000, 9n, 0],
  [2_500, 2n, 500_000_000],
  [315_576_000_000_000, 315_576_000_000n, 0],
]

for (const [ttlMs, seconds, nanos] of TTLS) {
  const [plain, expiring] = [resourceWith({}), resourceWith({ ttlMs })]
  const response: Omit<Response, 'ttls'> = {
    typeUrl: plain.typeUrl,
    nonce: '1',
    version: 'v',
    resources: shareList([plain, expiring]),
    changedResources: [],
    removed: [],
  }

  t.test(`X32: a TTL of ${ttlMs} ms is a Duration, and in SotW in a wrapper`, async (t) => {
    const delta = fromBinary(
      DeltaDiscoveryResponseSchema,
      encodeDeltaResponse({ ...response, ttls: 'carried' }),
    )
    t.match(delta.resources[1], { name: 'a', ttl: { seconds, nanos }, resource: { typeUrl: plain.typeUrl } })
    t.equal(delta.resources[0]?.ttl, undefined)
    const sotw = fromBinary(DiscoveryResponseSchema, encodeSotwResponse({ ...response, ttls: 'carried' }))
    t.equal(sotw.resources[0]?.typeUrl, plain.typeUrl, 'what has no TTL is not wrapped')
    const wrapped = sotw.resources[1] && anyUnpack(sotw.resources[1], ResourceSchema)
    t.same(wrapped, delta.resources[1])
  })

  t.test(`X32: without TTLs a response is the same as if there were none of ${ttlMs} ms`, async (t) => {
    const resources = shareList([plain, plain])
    t.same(encodeDeltaResponse(response), encodeDeltaResponse({ ...response, resources }))
    t.same(encodeSotwResponse(response), encodeSotwResponse({ ...response, resources }))
    t.same(encodeDeltaResponse({ ...response, resources, ttls: 'carried' }), encodeDeltaResponse(response))
  })

  t.test(`X32: a heartbeat has names, versions and a TTL of ${ttlMs} ms, and no content`, async (t) => {
    const { resources } = fromBinary(
      DeltaDiscoveryResponseSchema,
      encodeDeltaResponse({ ...response, resources: shareList([expiring]), ttls: 'heartbeat' }),
    )
    const [one] = resources
    t.match(one, { name: 'a', version: '7', ttl: { seconds, nanos } })
    t.equal(one?.resource, undefined)
    t.equal(resources.length, 1)
  })
}

function resourceWith(fields: Partial<Resource>): Resource {
  const typeUrl = 'type.googleapis.com/test.v1.Unknown'
  return { typeUrl, name: 'a', version: '7', value: Uint8Array.of(1), references: [], ...fields }
}

for (const [name, encode] of [
  ['DiscoveryResponse', encodeSotwResponse],
  ['DeltaDiscoveryResponse', encodeDeltaResponse],
] as const) {
  t.test(`X34: a resource is encoded once for all that carry a ${name}`, async (t) => {
    let reads = 0
    const counted = (name: string): Resource => ({
      typeUrl: 'type.googleapis.com/test.v1.Unknown',
      name,
      version: '1',
      references: [],
      get value() {
        reads += 1
        return new Uint8Array(10)
      },
    })
    const [a, b] = [counted('a'), counted('b')]
    const responses = [[a], [a, b], [b, a], [b]].map(
      (resources): Response => ({
        typeUrl: a.typeUrl,
        nonce: '1',
        version: '1',
        resources: shareList(resources),
        changedResources: [],
        removed: [],
      }),
    )
    for (const response of [...responses, ...responses]) encode(response)
    t.equal(reads, 2)
  })

  t.test(`X34: a list of resources is joined once for all that carry a ${name}`, async (t) => {
    let walks = 0
    const counted: readonly Resource[] = new Proxy(
      ['a', 'b'].map((name) => ({
        typeUrl: 'type.googleapis.com/test.v1.Unknown',
        name,
        version: '1',
        value: new Uint8Array(10),
        references: [],
      })),
      {
        get(target, key) {
          if (key === 'map') walks += 1
          return Reflect.get(target, key)
        },
      },
    )
    const list = shareList(counted)
    const carry = (nonce: string) =>
      encode({ typeUrl: 't', nonce, version: '1', resources: list, changedResources: [], removed: [] })
    t.not(carry('1').equals(carry('2')), true, 'the nonce is its own')
    t.equal(walks, 1)
  })
}

t.test(
  'X62: a virtual host that nobody has is a resource without content, with its name as alias',
  async (t) => {
    const absent: Response = {
      typeUrl: 't',
      nonce: '1',
      version: '1',
      resources: shareList([]),
      changedResources: [],
      removed: ['r/a', 'r/b'],
    }
    const decode = (bytes: Uint8Array) => fromBinary(DeltaDiscoveryResponseSchema, bytes)
    const { resources, removedResources } = decode(encodeDeltaResponse({ ...absent, isWithoutContent: true }))
    t.same(removedResources, [])
    t.match(resources, [
      { name: 'r/a', aliases: ['r/a'], resource: undefined },
      { name: 'r/b', aliases: ['r/b'], resource: undefined },
    ])
    const removal = decode(encodeDeltaResponse(absent))
    t.same([removal.removedResources, removal.resources], [['r/a', 'r/b'], []], 'the twin')
  },
)

t.test('X90: a virtual host has the names that calls asked for as aliases, and no others have', async (t) => {
  const resources = [resourceFor('VHDS', 'r/b=b'), resourceFor('VHDS', 'r/any=*')]
  const response: Response = {
    typeUrl: 't',
    nonce: '1',
    version: '1',
    resources: shareList(resources),
    changedResources: resources,
    removed: [],
    aliases: new Map([['r/any', ['r/x', 'r/y']]]),
  }
  const decoded = fromBinary(DeltaDiscoveryResponseSchema, encodeDeltaResponse(response))
  t.same(
    decoded.resources.map(({ name, aliases, resource }) => [name, aliases, resource?.typeUrl]),
    [
      ['r/b', [], VIRTUAL_HOST],
      ['r/any', ['r/x', 'r/y'], VIRTUAL_HOST],
    ],
  )
})
