// Each node listens at its own address: listeners without an address get that of the node, once for each address.

import { create, fromBinary, type JsonObject, type MessageInitShape } from '@bufbuild/protobuf'
import type { AddressSchema } from '@envoy/xds-protos/envoy/config/core/v3/address_pb.js'
import { NodeSchema } from '@envoy/xds-protos/envoy/config/core/v3/base_pb.js'
import {
  AdditionalAddressSchema,
  type Listener,
  ListenerSchema,
} from '@envoy/xds-protos/envoy/config/listener/v3/listener_pb.js'
import t from 'tap'
import { httpListener, tcpListener } from '../../test/support/resources.ts'
import { listenerAddressOf, withListenerAddress } from './listener-address.ts'
import { createResources } from './resource.ts'
import { LISTENER } from './resource-type.ts'
import { createTypeSnapshot, type TypeSnapshot } from './type-snapshot.ts'

const METADATA: readonly [metadata: JsonObject | undefined, address: string][] = [
  [{ switchyard: { listener_address: '127.0.1.2' } }, '127.0.1.2'],
  [{ switchyard: { listener_address: '::1' } }, '::1'],
  [{ switchyard: { listener_address: '' } }, '127.0.0.1'],
  [{ switchyard: { listener_address: 7 } }, '127.0.0.1'],
  [{ switchyard: {} }, '127.0.0.1'],
  [{ switchyard: null }, '127.0.0.1'],
  [{ switchyard: 'listener_address' }, '127.0.0.1'],
  [{ switchyard: ['listener_address'] }, '127.0.0.1'],
  [{}, '127.0.0.1'],
  [undefined, '127.0.0.1'],
]

for (const [metadata, address] of METADATA) {
  t.test(`a node with the metadata ${JSON.stringify(metadata)} listens at ${address}`, async (t) => {
    const node = create(NodeSchema, { id: 'n', ...(metadata && { metadata }) })
    t.equal(listenerAddressOf(node), address)
  })
}

const AGENTS: readonly [userAgentName: string, address: string][] = [
  ['envoy', '127.0.0.1'],
  ['', '127.0.0.1'],
  ['gRPC Node Pure JS', ''],
  ['gRPC Go', ''],
  ['gRPC C-core linux', ''],
  ['proxy for gRPC Go', '127.0.0.1'],
  ['gRPCurl', '127.0.0.1'],
]

for (const [userAgentName, address] of AGENTS) {
  t.test(
    `the default of the user agent "${userAgentName}" is "${address}", metadata overrides it`,
    async (t) => {
      t.equal(listenerAddressOf(create(NodeSchema, { id: 'n', userAgentName })), address)
      const metadata = { switchyard: { listener_address: '127.0.1.2' } }
      t.equal(listenerAddressOf(create(NodeSchema, { id: 'n', userAgentName, metadata })), '127.0.1.2')
    },
  )
}

const SERVER = 'grpc/server?xds.resource.listening_address='
const NAMES: readonly [name: string, expected: string][] = [
  [`${SERVER}0.0.0.0:50051`, '0.0.0.0'],
  [`${SERVER}[::]:50051`, '::'],
  ['xdstp://a/envoy.config.listener.v3.Listener/grpc/server/%5B::1%5D:50051', '::1'],
  ['127.0.0.1:50051', '127.0.0.1'],
  [`${SERVER}0.0.0.0:50052`, ''],
  [`${SERVER}0.0.0.0`, ''],
  ['%:50051', ''],
  ['grpc/server/:50051', ''],
  ['main', ''],
  [`${SERVER}0.0.0.0:50051/more`, ''],
]

for (const [name, expected] of NAMES) {
  t.test(`without an address of the node, ${name} gets "${expected}"`, async (t) => {
    const type = listeners([httpListener(name, 50051, 'r', '')])
    const filled = withListenerAddress(type, '')
    t.same(addressesIn(filled, name), [expected])
    if (expected === '') t.equal(filled, type, 'it is left as it is')
    t.same(addressesIn(withListenerAddress(type, '127.0.1.2'), name), ['127.0.1.2'], 'the address of a node')
  })
}

t.test('a listener with an address keeps it, whatever its name', async (t) => {
  const type = listeners([httpListener(`${SERVER}0.0.0.0:50051`, 50051, 'r', '127.0.0.9')])
  t.equal(withListenerAddress(type, ''), type)
})

function listeners(inputs: readonly Listener[], version?: string): TypeSnapshot {
  return createTypeSnapshot(LISTENER, createResources(inputs), version)
}

function addressesIn(type: TypeSnapshot, name: string): (string | undefined)[] {
  const value = type.resources.get(name)?.value ?? Buffer.of()
  const { address, additionalAddresses } = fromBinary(ListenerSchema, value)
  return [address, ...additionalAddresses.map((additional) => additional.address)].map((one) =>
    one?.address.case === 'socketAddress' ? one.address.value.address : one?.address.case,
  )
}

t.test('an empty address is filled in, and the rest of the listener does not change', async (t) => {
  const open = httpListener('l', 1, 'r', '')
  const filled = withListenerAddress(listeners([open]), '127.0.1.2')
  const [expected] = createResources([httpListener('l', 1, 'r', '127.0.1.2')])
  t.same(filled.list, [expected], 'with its references')
})

t.test('each additional address is filled in on its own', async (t) => {
  const listener = tcpListener('l', 1, 'a')
  const additional: MessageInitShape<typeof AddressSchema>[] = [
    { address: { case: 'socketAddress', value: { address: '' } } },
    { address: { case: 'socketAddress', value: { address: '::1' } } },
    { address: { case: 'pipe', value: { path: '/socket' } } },
  ]
  listener.additionalAddresses.push(
    ...additional.map((address) => create(AdditionalAddressSchema, { address })),
    create(AdditionalAddressSchema, { address: {} }),
    create(AdditionalAddressSchema),
  )
  const filled = withListenerAddress(listeners([listener]), '127.0.1.2')
  t.same(addressesIn(filled, 'l'), ['127.0.0.1', '127.0.1.2', '::1', 'pipe', undefined, undefined])
})

t.test('listeners with an address, or without a socket, are not changed', async (t) => {
  const pipe = create(ListenerSchema, {
    name: 'pipe',
    address: { address: { case: 'pipe', value: { path: '/socket' } } },
  })
  const api = create(ListenerSchema, { name: 'api', apiListener: {} })
  const fixed = listeners([tcpListener('fixed', 1, 'a'), pipe, api])
  t.equal(withListenerAddress(fixed, '127.0.1.2'), fixed, 'the same object')
  const mixed = listeners([tcpListener('fixed', 1, 'a'), tcpListener('open', 1, 'a', '')])
  const filled = withListenerAddress(mixed, '127.0.1.2')
  t.equal(filled.resources.get('fixed'), mixed.resources.get('fixed'))
  t.same(addressesIn(filled, 'open'), ['127.0.1.2'])
})

t.test('a listener is encoded once for each address, even if other listeners change', async (t) => {
  const open = tcpListener('open', 1, 'a', '')
  const type = listeners([open])
  const here = withListenerAddress(type, '127.0.1.2')
  t.equal(withListenerAddress(type, '127.0.1.2'), here)
  const there = withListenerAddress(type, '127.0.1.3')
  t.same(addressesIn(there, 'open'), ['127.0.1.3'])
  t.not(there.version, here.version)
  const more = createTypeSnapshot(LISTENER, [
    ...type.list,
    ...createResources([tcpListener('b', 2, 'a', '')]),
  ])
  t.equal(withListenerAddress(more, '127.0.1.2').resources.get('open'), here.resources.get('open'))
})

t.test('the version is a hash of the completed content, or the given version', async (t) => {
  const open = tcpListener('open', 1, 'a', '')
  const filled = withListenerAddress(listeners([open]), '127.0.1.2')
  t.equal(filled.version, filled.contentVersion)
  t.equal(filled.version, listeners([tcpListener('open', 1, 'a', '127.0.1.2')]).version)
  t.equal(withListenerAddress(listeners([open], 'v1'), '127.0.1.2').version, 'v1')
})

t.test('X57: a completed listener keeps its TTL', async (t) => {
  const expiring = (address: string) =>
    createTypeSnapshot(
      LISTENER,
      createResources([{ resource: tcpListener('open', 1, 'a', address), ttlMs: 9_000 }]),
    )
  const filled = withListenerAddress(expiring(''), '127.0.1.2')
  t.equal(filled.resources.get('open')?.ttlMs, 9_000)
  t.equal(filled.version, expiring('127.0.1.2').version)
})
