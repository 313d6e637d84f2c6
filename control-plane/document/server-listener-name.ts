// The name under which a gRPC server asks for the listener of its address.

import { isIP } from 'node:net'

/** As `server_listener_resource_name_template` of the bootstraps that `yard bootstrap` prints. */
export function serverListenerName({
  address,
  port,
}: {
  readonly address: string
  readonly port: number
}): string {
  const host = isIP(address) === 6 ? `[${address}]` : address
  return `grpc/server?xds.resource.listening_address=${host}:${port}`
}
