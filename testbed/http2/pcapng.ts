// Capture files that Wireshark and tshark open: pcapng, with the TLS keys inside if there are any.
// https://www.ietf.org/archive/id/draft-ietf-opsawg-pcapng-03.html

import type { TappedConnection } from './tap.ts'
import { type Packet, TcpPackets } from './tcp-packets.ts'

const SECTION_HEADER = 0x0a0d0d0a
const INTERFACE = 1
const ENHANCED_PACKET = 6
const DECRYPTION_SECRETS = 10
/** LINKTYPE_RAW: packets begin with the head of IPv4 or IPv6. */
const RAW_IP = 101
/** The kind of secrets that SSLKEYLOGFILE has. */
const TLS_KEY_LOG = 0x544c534b

/** What a file begins with. @param keyLog lines of NSS key log, as SSLKEYLOGFILE has them */
export function fileHead(keyLog = ''): Buffer {
  const section = Buffer.alloc(16)
  section.writeUInt32LE(0x1a2b3c4d, 0)
  section.writeUInt16LE(1, 4)
  // The length of the section is not known.
  section.fill(0xff, 8)
  const link = Buffer.alloc(8)
  link.writeUInt16LE(RAW_IP, 0)
  return Buffer.concat([
    block(SECTION_HEADER, section),
    block(INTERFACE, link),
    ...(keyLog === '' ? [] : [secretsBlock(keyLog)]),
  ])
}

function secretsBlock(keyLog: string): Buffer {
  const keys = Buffer.from(keyLog)
  const head = Buffer.alloc(8)
  head.writeUInt32LE(TLS_KEY_LOG, 0)
  head.writeUInt32LE(keys.length, 4)
  return block(DECRYPTION_SECRETS, Buffer.concat([head, keys]))
}

/** In microseconds since 1970. @param beganAt of the connection, in milliseconds since 1970 */
const timeOf = ({ atMs }: Packet, beganAt: number) => Math.round((beganAt + atMs) * 1000)

/** @param beganAt of its connection, in milliseconds since 1970 */
export function packetBlock(packet: Packet, beganAt: number): Buffer {
  const { bytes } = packet
  // In two halves.
  const time = BigInt(timeOf(packet, beganAt))
  const head = Buffer.alloc(20)
  head.writeUInt32LE(Number(time >> 32n), 4)
  head.writeUInt32LE(Number(time & 0xffff_ffffn), 8)
  head.writeUInt32LE(bytes.length, 12)
  head.writeUInt32LE(bytes.length, 16)
  return block(ENHANCED_PACKET, Buffer.concat([head, bytes]))
}

/** Its length stands at both ends, and it is padded to 32 bits. */
function block(type: number, body: Buffer): Buffer {
  const padding = Buffer.alloc((4 - (body.length % 4)) % 4)
  const length = body.length + padding.length + 12
  const head = Buffer.alloc(8)
  head.writeUInt32LE(type, 0)
  head.writeUInt32LE(length, 4)
  const tail = Buffer.alloc(4)
  tail.writeUInt32LE(length, 0)
  return Buffer.concat([head, body, padding, tail])
}

/** A whole file of connections that a tap has recorded with their bytes, in the order of their times. */
export function captureFile(connections: readonly TappedConnection[], keyLog = ''): Buffer {
  const packets = connections.flatMap((connection) =>
    packetsOf(connection).map((packet) => ({
      time: timeOf(packet, connection.beganAt),
      bytes: packetBlock(packet, connection.beganAt),
    })),
  )
  const inOrder = packets.toSorted((a, b) => a.time - b.time)
  return Buffer.concat([fileHead(keyLog), ...inOrder.map(({ bytes }) => bytes)])
}

function packetsOf(connection: TappedConnection): Packet[] {
  const packets = new TcpPackets(connection)
  const { chunks, endedMs } = connection
  return [
    ...packets.begin(),
    ...chunks.flatMap(({ from, atMs, bytes }) => packets.data(from, atMs, bytes)),
    ...(endedMs === undefined ? [] : packets.end(endedMs)),
  ]
}
