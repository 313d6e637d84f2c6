// Whether a peer may be served as the node that it names.

import type { Node } from '@envoy/xds-protos/envoy/config/core/v3/base_pb.js'
import { status as grpcStatus, type ServerDuplexStream } from '@grpc/grpc-js'
import { callOption } from '../cache/option.ts'
import { BadRequest } from './check-request.ts'
import { createPeer, type Peer } from './peer.ts'

/**
 * Decides whether a peer may be served as a node. It returns undefined to allow, or the reason to deny, which the client gets
 * with `PERMISSION_DENIED`. Called once for each stream, before the node is registered.
 *
 * @example
 * ```ts
 * import { type Authorize, startXdsServer } from 'switchyard'
 *
 * const authorize: Authorize = (peer, node) => {
 *   const name = `spiffe://example.org/node/${node.id}`
 *   return peer.uris.includes(name) ? undefined : `the certificate must name ${name}`
 * }
 * await startXdsServer({ cache, address: '127.0.0.1:0', authorize })
 * ```
 */
export type Authorize = (peer: Peer, node: Node) => string | undefined

/** Returns the peer of a call. @throws BadRequest if it may not be the node, OptionFault if `authorize` throws */
export function admit(
  call: Pick<ServerDuplexStream<unknown, unknown>, 'getPeer' | 'getAuthContext'>,
  node: Node,
  authorize: Authorize,
): Peer {
  const peer = createPeer(call.getPeer(), call.getAuthContext())
  const denied = callOption('authorize', () => authorize(peer, node))
  if (denied !== undefined) throw new BadRequest(denied, grpcStatus.PERMISSION_DENIED)
  return peer
}
