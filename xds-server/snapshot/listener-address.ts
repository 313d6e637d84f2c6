// Fills in listener addresses: a listener without an address gets that of its node. Envoys of one group on one host need different
// addresses. A gRPC server stops if the address is not the one that it listens on.

import { isIP } from 'node:net'
import { fromBinary } from '@bufbuild/protobuf'
import type { SocketAddress } from '@envoy/xds-protos/envoy/config/core/v3/address_pb.js'
import type { Node } from '@envoy/xds-protos/envoy/config/core/v3/base_pb.js'
import { type Listener, ListenerSchema } from '@envoy/xds-protos/envoy/config/listener/v3/listener_pb.js'
import { memoizeByTextInUse } from '../../core/memo.ts'
import { encodeCanonically } from './canonical.ts'
import { type Resource, withContent } from './resource.ts'
import { createTypeSnapshot, type TypeSnapshot } from './type-snapshot.ts'

const DEFAULT_ADDRESS = '127.0.0.1'

/** `gRPC C-core`, `gRPC Go`, `gRPC Java`, `gRPC Node Pure JS`. */
const GRPC_AGENT = /^gRPC\b/

/**
 * The address in a node's metadata, `{"switchyard": {"listener_address": "127.0.1.2"}}`. Without it, the loopback address for a
 * proxy, and none for gRPC, whose servers name the address in the listeners that they ask for.
 */
export function listenerAddressOf(node: Node): string {
  const ours = node.metadata?.switchyard
  const address =
    ours !== null && typeof ours === 'object' && !Array.isArray(ours) ? ours.listener_address : undefined
  if (typeof address === 'string' && isListenerAddress(address)) return address
  return GRPC_AGENT.test(node.userAgentName) ? '' : DEFAULT_ADDRESS
}

/** An IP address, without a zone: that may have any length. */
export function isListenerAddress(text: string): boolean {
  return isIP(text) !== 0 && !text.includes('%')
}

/**
 * The listeners of a snapshot, with this address wherever a listener has none. If the address is empty, a listener gets the one in
 * its name, or stays as it is. The same object if nothing changes.
 */
export const withListenerAddress = memoizeByTextInUse((listeners: TypeSnapshot, address): TypeSnapshot => {
  const list = listeners.list.map((resource) => fillAddress(resource, address))
  if (list.every((resource, index) => resource === listeners.list[index])) return listeners
  const givenVersion = listeners.version === listeners.contentVersion ? undefined : listeners.version
  return createTypeSnapshot(listeners.typeUrl, list, givenVersion)
})

const fillAddress = memoizeByTextInUse((resource: Resource, address): Resource => {
  const listener = fromBinary(ListenerSchema, resource.value)
  const open = socketAddressesOf(listener).filter((socket) => socket.address === '')
  for (const socket of open) socket.address = address || addressInName(resource.name, socket)
  if (open.every((socket) => socket.address === '')) return resource
  return withContent(resource, encodeCanonically(ListenerSchema, listener))
})

/** The end of a name made by a `server_listener_resource_name_template`: an address and a port. */
const NAMED_ADDRESS = /(?:^|[=/])(?:\[(?<ipv6>[^[\]]+)\]|(?<ipv4>[\d.]+)):(?<port>\d+)$/

/**
 * The address that a gRPC server listens on, as it says in the name of the listener that it asks for; empty if the name has none,
 * or one of another port. https://github.com/grpc/proposal/blob/master/A36-xds-for-servers.md
 */
function addressInName(name: string, { portSpecifier }: SocketAddress): string {
  const plain = name.replace(/%5B/gi, '[').replace(/%5D/gi, ']')
  const { ipv6, ipv4, port } = NAMED_ADDRESS.exec(plain)?.groups ?? {}
  const isSamePort = portSpecifier.case === 'portValue' && portSpecifier.value === Number(port)
  return (isSamePort ? (ipv6 ?? ipv4) : undefined) ?? ''
}

function socketAddressesOf({ address, additionalAddresses }: Listener): SocketAddress[] {
  return [address, ...additionalAddresses.map((additional) => additional.address)]
    .map((one) => one?.address)
    .flatMap((specifier) => (specifier?.case === 'socketAddress' ? [specifier.value] : []))
}
