// Sends a payload again and again by one way, one after the other.

import { once } from 'node:events'
import { connect as connectHttp2 } from 'node:http2'
import { connect } from 'node:net'
import { Client, credentials, Metadata } from '@grpc/grpc-js'
import { splitAddress } from '../../../core/host-and-port.ts'
import { encodeHistogram, newHistogram, record } from '../../measure/histogram.ts'
import { asBytes, ECHO_PATH } from '../methods.ts'
import { type Usage, usageNow } from '../usage.ts'
import { CHUNKS_METHOD, TYPED_METHOD } from './copy-service.ts'
import { echoRequest } from './echo-codec.ts'
import { CHUNK_BYTES, type CopyWayName, LENGTH_BYTES } from './ways.ts'

export interface PayloadOptions {
  readonly target: string
  readonly way: CopyWayName
  readonly bytes: number
  /** Counted neither in time nor in calls. */
  readonly warmUpSeconds: number
  readonly seconds: number
}

export interface SentPayloads {
  readonly calls: number
  /** With those of the warm-up. */
  readonly made: number
  readonly seconds: number
  readonly cpuMs: number
  readonly collections: number
  readonly latency: string
}

interface Sender {
  readonly send: () => Promise<void>
  readonly close: () => void
}

const LEAST_CALLS = 3

export async function sendPayloads(options: PayloadOptions): Promise<SentPayloads> {
  const { target, way, bytes, warmUpSeconds, seconds } = options
  const sender = await SENDERS[way](target, Buffer.alloc(bytes, 'x'))
  try {
    const warmedUp = await repeat(sender, warmUpSeconds, () => {})
    const histogram = newHistogram()
    const before = await settledUsage()
    const { calls, tookMs } = await repeat(sender, seconds, (ms) => record(histogram, ms))
    const after = await settledUsage()
    return {
      ...{ calls, made: warmedUp.calls + calls, seconds: tookMs / 1_000 },
      ...{ cpuMs: after.cpuMs - before.cpuMs, collections: after.collections - before.collections },
      latency: encodeHistogram(histogram),
    }
  } finally {
    sender.close()
  }
}

async function repeat(sender: Sender, seconds: number, note: (ms: number) => void) {
  const begun = performance.now()
  let calls = 0
  while (calls < LEAST_CALLS || performance.now() - begun < 1_000 * seconds) {
    const sent = performance.now()
    await sender.send()
    note(performance.now() - sent)
    calls += 1
  }
  return { calls, tookMs: performance.now() - begun }
}

/** Observers hear of garbage collections a turn later. */
async function settledUsage(): Promise<Usage> {
  await new Promise((resolve) => setImmediate(resolve))
  return usageNow()
}

const SENDERS: Readonly<Record<CopyWayName, (target: string, payload: Buffer) => Promise<Sender>>> = {
  async raw(target, payload) {
    const { host = '', port = 0 } = splitAddress(target) ?? {}
    const socket = connect({ host, port, noDelay: true })
    await once(socket, 'connect')
    const length = Buffer.alloc(LENGTH_BYTES)
    length.writeUInt32BE(payload.length)
    return {
      async send() {
        const answered = once(socket, 'data')
        socket.cork()
        socket.write(length)
        socket.write(payload)
        socket.uncork()
        await answered
      },
      close: () => socket.destroy(),
    }
  },
  async http2(target, payload) {
    const session = connectHttp2(`http://${target}`)
    await once(session, 'connect')
    return {
      async send() {
        const stream = session.request({ ':method': 'POST', ':path': '/' })
        stream.end(payload)
        stream.resume()
        await once(stream, 'end')
      },
      close: () => session.destroy(),
    }
  },
  grpc: async (target, payload) =>
    unary(target, (client, done) =>
      client.makeUnaryRequest<Buffer, Buffer>(ECHO_PATH, asBytes, asBytes, payload, done),
    ),
  async protobuf(target, payload) {
    const { path, requestSerialize, responseDeserialize } = TYPED_METHOD
    return unary(target, (client, done) =>
      client.makeUnaryRequest(path, requestSerialize, responseDeserialize, echoRequest(payload), done),
    )
  },
  async chunks(target, payload) {
    const { path, requestSerialize, responseDeserialize } = CHUNKS_METHOD
    return unary(target, (client, done) => {
      const call = client.makeClientStreamRequest(
        ...([path, requestSerialize, responseDeserialize, new Metadata(), done] as const),
      )
      for (let at = 0; at < payload.length; at += CHUNK_BYTES)
        call.write(payload.subarray(at, at + CHUNK_BYTES))
      call.end()
    })
  },
}

type Done = (error: Error | null) => void

function unary(target: string, start: (client: Client, done: Done) => void): Sender {
  const client = new Client(target, credentials.createInsecure(), { 'grpc.use_local_subchannel_pool': 1 })
  return {
    send: () =>
      new Promise((resolve, reject) => {
        start(client, (error) => (error ? reject(error) : resolve()))
      }),
    close: () => client.close(),
  }
}
