// Nodes of one fleet on one host must not share a listener's address: a listener without one gets that of the node that asks.

import { fromBinary } from '@bufbuild/protobuf'
import type { SocketAddress } from '@envoy/xds-protos/envoy/config/core/v3/address_pb.js'
import type { Node } from '@envoy/xds-protos/envoy/config/core/v3/base_pb.js'
import { type Listener, ListenerSchema } from '@envoy/xds-protos/envoy/config/listener/v3/listener_pb.js'
import { encodeCanonically } from './canonical.ts'
import { encodedResource, type Resource } from './resource.ts'
import { createTypeSnapshot, type TypeSnapshot } from './type-snapshot.ts'

const DEFAULT_ADDRESS = '127.0.0.1'

/** The address in a node's metadata, `{"switchyard": {"listener_address": "127.0.1.2"}}`; else the loopback address. */
export function listenerAddressOf(node: Node): string {
  const ours = node.metadata?.switchyard
  const address =
    ours !== null && typeof ours === 'object' && !Array.isArray(ours) ? ours.listener_address : undefined
  return typeof address === 'string' && address !== '' ? address : DEFAULT_ADDRESS
}

const filledTypes = new WeakMap<TypeSnapshot, Map<string, TypeSnapshot>>()

/** The listeners with an address filled in where theirs is empty; the same object where none is. */
export function withListenerAddress(listeners: TypeSnapshot, address: string): TypeSnapshot {
  const filled = filledTypes.get(listeners) ?? new Map<string, TypeSnapshot>()
  filledTypes.set(listeners, filled)
  let type = filled.get(address)
  if (type === undefined) {
    const list = listeners.list.map((resource) => fillResource(resource, address))
    const unchanged = list.every((resource, index) => resource === listeners.list[index])
    const givenVersion = listeners.version === listeners.contentVersion ? undefined : listeners.version
    type = unchanged ? listeners : createTypeSnapshot(listeners.typeUrl, list, givenVersion)
    filled.set(address, type)
  }
  return type
}

const filledResources = new WeakMap<Resource, Map<string, Resource>>()

function fillResource(resource: Resource, address: string): Resource {
  const filled = filledResources.get(resource) ?? new Map<string, Resource>()
  filledResources.set(resource, filled)
  let own = filled.get(address)
  if (own === undefined) {
    own = computeFilled(resource, address)
    filled.set(address, own)
  }
  return own
}

function computeFilled(resource: Resource, address: string): Resource {
  const listener = fromBinary(ListenerSchema, resource.value)
  const open = socketAddressesOf(listener).filter((socket) => socket.address === '')
  if (open.length === 0) return resource
  for (const socket of open) socket.address = address
  const value = encodeCanonically(ListenerSchema, listener)
  return { ...encodedResource(resource.typeUrl, resource.name, value), references: resource.references }
}

function socketAddressesOf({ address, additionalAddresses }: Listener): SocketAddress[] {
  return [address, ...additionalAddresses.map((additional) => additional.address)]
    .map((one) => one?.address)
    .flatMap((specifier) => (specifier?.case === 'socketAddress' ? [specifier.value] : []))
}
