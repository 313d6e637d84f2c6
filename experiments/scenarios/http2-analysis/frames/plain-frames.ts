// What gRPC never sends: a push by Node's HTTP/2 server, and PRIORITY, padding and an unknown type written by hand.

import { once } from 'node:events'
import { connect as connectHttp2, createServer } from 'node:http2'
import { connect } from 'node:net'
import { splitAddress } from '../../../../core/host-and-port.ts'
import { PREFACE } from '../../../../testbed/http2/connection-reader.ts'
import { encodeFrame } from '../../../../testbed/http2/encode-frame.ts'
import { FrameWatch } from '../../../../testbed/http2/frame-watch.ts'
import { startTap, type TappedConnection } from '../../../../testbed/http2/tap.ts'

/** A type that no RFC uses; receivers must ignore it. */
export const UNKNOWN_TYPE = 0x2a

/** Two connections to a server of Node's http2: one with a push, one written by hand. */
export async function providePlainFrames(): Promise<readonly TappedConnection[]> {
  const server = createServer()
  server.on('stream', (stream, { ':path': path }) => {
    if (path !== '/page') return stream.respond({ ':status': 200 }, { endStream: true })
    stream.pushStream({ ':path': '/style.css' }, (error, push) => {
      if (error !== null) return stream.destroy(error)
      // Without a content type, the gRPC dissector of Wireshark 4.0 fails, and with it the rest of the packet.
      push.respond({ ':status': 200, 'content-type': 'text/css' })
      push.end('body { color: black }')
      stream.respond({ ':status': 200, 'content-type': 'text/html' })
      stream.end('<link rel="stylesheet" href="/style.css">')
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const port = typeof address === 'object' ? address?.port : undefined
  const watch = new FrameWatch()
  const tap = await startTap({ to: `127.0.0.1:${port}`, onFrame: watch.onFrame })
  try {
    await takePush(tap.address)
    await writeByHand(tap.address, watch)
  } finally {
    await tap.stop()
    server.close()
  }
  return tap.connections()
}

async function takePush(address: string): Promise<void> {
  const session = connectHttp2(`http://${address}`)
  try {
    const pushed = new Promise<void>((resolve) =>
      session.on('stream', (stream) => stream.resume().on('end', resolve)),
    )
    const request = session.request({ ':path': '/page' })
    request.resume()
    await Promise.all([once(request, 'end'), pushed])
  } finally {
    session.close()
    await once(session, 'close')
  }
}

const END_STREAM = 0x1
const END_HEADERS = 0x4
const PADDED = 0x8
const PRIORITY = 0x20

/** `:method POST`, `:scheme http`, `:path /`, and `:authority tap` as a literal. */
const FIELDS = '83 86 84 01 03 746170'
/** Depends on stream 0 with weight 16. */
const DEPENDENCY = '00000000 0f'
const FOUR_OF_PADDING = '00000000'

async function writeByHand(address: string, watch: FrameWatch): Promise<void> {
  const { host = '', port = 0 } = splitAddress(address) ?? {}
  const socket = connect(port, host)
  socket.on('error', () => {})
  const answered = watch.next(
    ({ frame, from, block }) =>
      from === 'server' && frame.streamId === 1 && block !== undefined && frame.type === 'HEADERS',
  )
  socket.write(
    Buffer.concat([
      PREFACE,
      encodeFrame('SETTINGS', 0, 0),
      encodeFrame('PRIORITY', 0, 3, DEPENDENCY),
      encodeFrame(UNKNOWN_TYPE, 0, 0, '736b6970 6d65'),
      encodeFrame(
        'HEADERS',
        END_HEADERS | PADDED | PRIORITY,
        1,
        `04 ${DEPENDENCY} ${FIELDS} ${FOUR_OF_PADDING}`,
      ),
      encodeFrame('DATA', END_STREAM | PADDED, 1, `04 68656c6c6f ${FOUR_OF_PADDING}`),
    ]),
  )
  await answered
  socket.destroy()
}
