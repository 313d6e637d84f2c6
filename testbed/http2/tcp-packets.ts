// The TCP packets of a tapped connection, made up so that they are valid: the tap sees bytes, not packets.

import { isIPv6 } from 'node:net'
import { splitAddress } from '../../core/host-and-port.ts'
import type { Side } from './connection-reader.ts'
import type { TappedConnection } from './tap.ts'

/** In the order in which they are sent, for a file whose link layer is raw IP. */
export interface Packet {
  /** Since the connection began. */
  readonly atMs: number
  readonly bytes: Buffer
}

const FIN = 0x01
const SYN = 0x02
const PSH = 0x08
const ACK = 0x10
/** Each side grants 8 MiB: a window of 65,535 by this scale. */
const WINDOW = 65_535
const WINDOW_SCALE = 7
const MAX_SEGMENT = 60_000
const TCP = 6
const TTL = 64

/** Both ends of a connection, each with the number of its next byte. */
export class TcpPackets {
  readonly #ends: Readonly<Record<Side, Endpoint>>

  constructor({ client, tap }: Pick<TappedConnection, 'client' | 'tap'>) {
    this.#ends = { client: endpoint(client), server: endpoint(tap) }
  }

  /** The handshake. */
  begin(): Packet[] {
    return [
      this.#packet(0, 'client', SYN),
      this.#packet(0, 'server', SYN | ACK),
      this.#packet(0, 'client', ACK),
    ]
  }

  /** Each segment is acknowledged at once, so that no analysis finds a full window. */
  data(from: Side, atMs: number, bytes: Buffer): Packet[] {
    const packets: Packet[] = []
    for (let at = 0; at < bytes.length; at += MAX_SEGMENT) {
      packets.push(this.#packet(atMs, from, PSH | ACK, bytes.subarray(at, at + MAX_SEGMENT)))
      packets.push(this.#packet(atMs, otherThan(from), ACK))
    }
    return packets
  }

  end(atMs: number): Packet[] {
    return [
      this.#packet(atMs, 'client', FIN | ACK),
      this.#packet(atMs, 'server', FIN | ACK),
      this.#packet(atMs, 'client', ACK),
    ]
  }

  #packet(atMs: number, from: Side, flags: number, payload: Buffer = Buffer.alloc(0)): Packet {
    const own = this.#ends[from]
    const peer = this.#ends[otherThan(from)]
    const options = (flags & SYN) === 0 ? Buffer.alloc(0) : Buffer.from([1, 3, 3, WINDOW_SCALE])
    const tcp = Buffer.alloc(20 + options.length)
    tcp.writeUInt16BE(own.port, 0)
    tcp.writeUInt16BE(peer.port, 2)
    tcp.writeUInt32BE(own.next, 4)
    tcp.writeUInt32BE((flags & ACK) === 0 ? 0 : peer.next, 8)
    tcp.writeUInt8((tcp.length / 4) << 4, 12)
    tcp.writeUInt8(flags, 13)
    tcp.writeUInt16BE(WINDOW, 14)
    options.copy(tcp, 20)
    const consumed = payload.length + ((flags & (SYN | FIN)) === 0 ? 0 : 1)
    own.next = (own.next + consumed) % 2 ** 32
    return {
      atMs,
      bytes: ipPacket(own.address, peer.address, Buffer.concat([tcp, payload])),
    }
  }
}

const otherThan = (side: Side): Side => (side === 'client' ? 'server' : 'client')

interface Endpoint {
  readonly address: Buffer
  readonly port: number
  /** Sequence number of its next byte. */
  next: number
}

function endpoint(text: string): Endpoint {
  const { host = '', port = 0 } = splitAddress(text) ?? {}
  return {
    address: addressBytes(host.replace(/^::ffff:(?=\d+\.)/i, '')),
    port,
    next: 1,
  }
}

function addressBytes(host: string): Buffer {
  if (!isIPv6(host)) return Buffer.from(host.split('.').map(Number))
  const [before = '', after] = host.split('::')
  const words = (part: string) =>
    part === '' ? [] : part.split(':').map((word) => Number.parseInt(word, 16))
  const [first, last] = [words(before), words(after ?? '')]
  const all = [...first, ...Array.from({ length: 8 - first.length - last.length }, () => 0), ...last]
  const bytes = Buffer.alloc(16)
  all.forEach((word, index) => void bytes.writeUInt16BE(word, index * 2))
  return bytes
}

function ipPacket(source: Buffer, target: Buffer, segment: Buffer): Buffer {
  const isV6 = source.length === 16
  const length = Buffer.alloc(4)
  length.writeUInt32BE(segment.length)
  const pseudoHead = Buffer.concat([source, target, length, Buffer.from([0, 0, 0, TCP])])
  segment.writeUInt16BE(checksum(Buffer.concat([pseudoHead, segment])), 16)
  const head = isV6 ? headOfV6(segment.length) : headOfV4(segment.length, source, target)
  return isV6 ? Buffer.concat([head, source, target, segment]) : Buffer.concat([head, segment])
}

/** RFC 791. */
function headOfV4(length: number, source: Buffer, target: Buffer): Buffer {
  const head = Buffer.alloc(20)
  head.writeUInt8(0x45, 0)
  head.writeUInt16BE(head.length + length, 2)
  // Do not fragment.
  head.writeUInt16BE(0x4000, 6)
  head.writeUInt8(TTL, 8)
  head.writeUInt8(TCP, 9)
  source.copy(head, 12)
  target.copy(head, 16)
  head.writeUInt16BE(checksum(head), 10)
  return head
}

/** RFC 8200, without the addresses. */
function headOfV6(length: number): Buffer {
  const head = Buffer.alloc(8)
  head.writeUInt8(0x60, 0)
  head.writeUInt16BE(length, 4)
  head.writeUInt8(TCP, 6)
  head.writeUInt8(TTL, 7)
  return head
}

/** RFC 1071. */
function checksum(bytes: Buffer): number {
  let sum = 0
  for (let at = 0; at < bytes.length; at += 2) sum += ((bytes[at] ?? 0) << 8) + (bytes[at + 1] ?? 0)
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16)
  return ~sum & 0xffff
}
