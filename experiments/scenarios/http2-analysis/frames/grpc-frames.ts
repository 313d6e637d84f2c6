// One gRPC connection on which each frame type that gRPC uses has a reason to be sent.

import { EchoService } from '@envoy/xds-protos/switchyard/echo/v1/echo_pb.js'
import { Metadata } from '@grpc/grpc-js'
import { createClient } from '../../../../services/rpc/index.ts'
import type { RunningBackend } from '../../../../testbed/backend.ts'
import type { SeenFrame } from '../../../../testbed/http2/connection-reader.ts'
import { frameOf } from '../../../../testbed/http2/frame-types.ts'
import { FrameWatch } from '../../../../testbed/http2/frame-watch.ts'
import { startTap, type TappedConnection } from '../../../../testbed/http2/tap.ts'
import { type EchoClient, OWN_CONNECTION } from '../tapped-backend.ts'

/** An idle connection gets a PING after this time. Production has a minute or more. */
const KEEPALIVE_MS = 100
/** Together more than the window of a stream, 65,535 bytes, so that the client has to grant more. */
const ANSWERS = { count: 5, payloadSize: 30_000 }
/** More than a frame may carry, even in Huffman code. */
const LARGE_METADATA = '0123456789abcdef'.repeat(1_900)

/** Drains the backend at the end, which closes its other connections too. */
export async function provokeGrpcFrames(backend: RunningBackend): Promise<TappedConnection> {
  const watch = new FrameWatch()
  const tap = await startTap({ to: backend.address, onFrame: watch.onFrame })
  const client = createClient(EchoService, tap.address, {
    options: { ...OWN_CONNECTION, 'grpc.keepalive_time_ms': KEEPALIVE_MS },
  })
  try {
    await client.unary({ message: 'hello' })
    for await (const _ of client.serverStream({ message: 'a stream', ...ANSWERS })) {
      // Reading it grants more window.
    }
    const metadata = new Metadata()
    metadata.set('x-large', LARGE_METADATA)
    await client.unary({ message: 'large metadata' }, { metadata })
    await cancelOnceIdle(client, watch)
    await backend.drain()
    await watch.first(({ frame, from }) => frame.type === 'GOAWAY' && from === 'server')
  } finally {
    client.close()
    await tap.stop()
  }
  const [connection] = tap.connections()
  if (connection === undefined) throw new Error('the client has opened no connection')
  return connection
}

/** A call that waits for its answer, so that keepalive has time for a PING, and is then canceled. */
async function cancelOnceIdle(client: EchoClient, watch: FrameWatch): Promise<void> {
  const stop = new AbortController()
  // A call that is canceled before it is sent resets nothing.
  const sent = watch.next(({ frame, from }) => frame.type === 'HEADERS' && from === 'client')
  const reset = watch.next(({ frame, from }) => frame.type === 'RST_STREAM' && from === 'client')
  const call = client.unary({ message: 'never', delay: { seconds: 60n } }, { signal: stop.signal })
  const canceled = call.then(
    () => {},
    () => {},
  )
  await sent
  await watch.next(isPingAck)
  stop.abort()
  await Promise.all([canceled, reset])
}

const isPingAck = ({ frame, from }: SeenFrame) => from === 'server' && frameOf(frame, 'PING')?.ack === true
