// Envoy's `Address`, read in place. The numbers are those of the fields in envoy/config/core/v3/address.proto.

import { joinAddress } from './host-and-port.ts'
import { type Fields, part, varint, type WireReader } from './wire-reader.ts'

interface DraftAddress {
  host?: string
  port?: number
  path?: string
}

const SOCKET_ADDRESS: Fields<DraftAddress> = {
  2: part((reader, address) => {
    address.host = reader.string()
  }),
  3: varint((reader, address) => {
    address.port = reader.uint32()
  }),
}

const PIPE: Fields<DraftAddress> = {
  1: part((reader, address) => {
    address.path = reader.string()
  }),
}

const ADDRESS: Fields<DraftAddress> = {
  1: part((reader, address) => void reader.nested(SOCKET_ADDRESS, address)),
  2: part((reader, address) => void reader.nested(PIPE, address)),
}

/** The address that comes next, as `HOST:PORT` or `unix:PATH`; empty if it is neither a socket nor a pipe. */
export function readAddress(reader: WireReader): string {
  const { host, port = 0, path } = reader.nested<DraftAddress>(ADDRESS, {})
  if (path !== undefined) return `unix:${path}`
  return host === undefined ? '' : joinAddress(host, port)
}
