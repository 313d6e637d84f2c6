// Addresses as people write them, as Envoy's messages.

import { isIP } from 'node:net'
import { create } from '@bufbuild/protobuf'
import { type Address, AddressSchema } from '@envoy/xds-protos/envoy/config/core/v3/address_pb.js'

/** The limit of `sun_path` on Linux, without the final null byte. */
export const SOCKET_PATH_BYTES = 107

/** Of `IP:PORT` or `[IPv6]:PORT`; undefined for everything else. */
export function parseSocketAddress(
  text: string,
): { readonly host: string; readonly port: number } | undefined {
  const [, ipv6, ipv4, digits] = /^(?:\[(.+)\]|([^:]+)):(\d{1,5})$/.exec(text) ?? []
  const host = ipv6 ?? ipv4 ?? ''
  const port = Number(digits)
  return isIP(host) !== 0 && isPort(port) ? { host, port } : undefined
}

/** The path of `unix:PATH`; undefined for everything else, and for a path that is too long for a socket. */
export function parseSocketPath(text: string): string | undefined {
  if (!text.startsWith('unix:')) return undefined
  const path = text.slice('unix:'.length)
  return path !== '' && !path.includes('\0') && Buffer.byteLength(path) <= SOCKET_PATH_BYTES
    ? path
    : undefined
}

export function socketAddress(address: string, port: number): Address {
  return create(AddressSchema, {
    address: { case: 'socketAddress', value: { address, portSpecifier: { case: 'portValue', value: port } } },
  })
}

/** @param mode of the file, which Envoy sets before it listens; default: what its umask leaves */
export function pipeAddress(path: string, mode = 0): Address {
  return create(AddressSchema, { address: { case: 'pipe', value: { path, mode } } })
}

function isPort(port: number): boolean {
  return Number.isInteger(port) && port >= 0 && port <= 65_535
}
