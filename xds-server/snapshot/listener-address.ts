// Fills in listener addresses: a listener without an address gets that of the node. Nodes of one group on one host need different
// addresses.

import { fromBinary } from '@bufbuild/protobuf'
import type { SocketAddress } from '@envoy/xds-protos/envoy/config/core/v3/address_pb.js'
import type { Node } from '@envoy/xds-protos/envoy/config/core/v3/base_pb.js'
import { type Listener, ListenerSchema } from '@envoy/xds-protos/envoy/config/listener/v3/listener_pb.js'
import { memoizeByText } from '../../core/memo.ts'
import { encodeCanonically } from './canonical.ts'
import { encodedResource, type Resource } from './resource.ts'
import { createTypeSnapshot, type TypeSnapshot } from './type-snapshot.ts'

const DEFAULT_ADDRESS = '127.0.0.1'

/** The address in a node's metadata, `{"switchyard": {"listener_address": "127.0.1.2"}}`, or the loopback address. */
export function listenerAddressOf(node: Node): string {
  const ours = node.metadata?.switchyard
  const address =
    ours !== null && typeof ours === 'object' && !Array.isArray(ours) ? ours.listener_address : undefined
  return typeof address === 'string' && address !== '' ? address : DEFAULT_ADDRESS
}

/** The listeners of a snapshot, with this address wherever a listener has none. The same object if all have one. */
export const withListenerAddress = memoizeByText((listeners: TypeSnapshot, address): TypeSnapshot => {
  const list = listeners.list.map((resource) => fillAddress(resource, address))
  if (list.every((resource, index) => resource === listeners.list[index])) return listeners
  const givenVersion = listeners.version === listeners.contentVersion ? undefined : listeners.version
  return createTypeSnapshot(listeners.typeUrl, list, givenVersion)
})

const fillAddress = memoizeByText((resource: Resource, address): Resource => {
  const listener = fromBinary(ListenerSchema, resource.value)
  const open = socketAddressesOf(listener).filter((socket) => socket.address === '')
  if (open.length === 0) return resource
  for (const socket of open) socket.address = address
  const value = encodeCanonically(ListenerSchema, listener)
  return encodedResource(resource.typeUrl, resource.name, value, resource.references)
})

function socketAddressesOf({ address, additionalAddresses }: Listener): SocketAddress[] {
  return [address, ...additionalAddresses.map((additional) => additional.address)]
    .map((one) => one?.address)
    .flatMap((specifier) => (specifier?.case === 'socketAddress' ? [specifier.value] : []))
}
