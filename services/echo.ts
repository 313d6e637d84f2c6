// switchyard.echo.v1.EchoService: repeats the request's message, with the delay, payload size and status that the request sets.
import { setTimeout as wait } from 'node:timers/promises'
import type { MessageInitShape } from '@bufbuild/protobuf'
import { create } from '@bufbuild/protobuf'
import type { Duration } from '@bufbuild/protobuf/wkt'
import type {
  EchoRequest,
  EchoResponseSchema,
  EchoService,
} from '@envoy/xds-protos/switchyard/echo/v1/echo_pb.js'
import { EchoRequestSchema } from '@envoy/xds-protos/switchyard/echo/v1/echo_pb.js'
import { rejectIf } from './reject-invalid.ts'
import type { CallContext, Implementation } from './rpc/index.ts'
import { RpcStatusError } from './rpc/index.ts'

const MAX_DELAY_MS = 60_000
const MAX_PAYLOAD_BYTES = 16 * 1024 * 1024
const MAX_STATUS_CODE = 16
/** A status message is sent in HTTP/2 headers, percent-encoded. Envoy accepts 60 KiB of headers, Node 64 KiB. */
const MAX_STATUS_MESSAGE_BYTES = 4096

/** Every payload is a view of these zeros, so answers that wait for a slow client need no memory. */
const ZEROS = new Uint8Array(MAX_PAYLOAD_BYTES)

/**
 * The handlers of a backend named `backendId`. If a request sets a status, a stream sends its answers first and then ends
 * with that status. A client stream does what its last request sets.
 */
export function echoService(backendId: string): Implementation<typeof EchoService> {
  async function answer(
    { message, delay, payloadSize }: EchoRequest,
    sequence: number,
    { peer, signal }: CallContext,
  ): Promise<MessageInitShape<typeof EchoResponseSchema>> {
    if (delay) await wait(milliseconds(delay), undefined, { signal })
    return { message, backendId, sequence, payload: ZEROS.subarray(0, payloadSize), peer }
  }

  return {
    async unary(request, context) {
      check(request)
      const response = await answer(request, 0, context)
      endWithRequestedStatus(request)
      return response
    },

    async *serverStream(request, context) {
      check(request)
      const count = Math.max(request.count, 1)
      for (let sequence = 0; sequence < count; sequence += 1) yield answer(request, sequence, context)
      endWithRequestedStatus(request)
    },

    async clientStream(requests, context) {
      let last = create(EchoRequestSchema)
      let received = 0
      for await (const request of requests) {
        check(request)
        last = request
        received += 1
      }
      const response = await answer(last, received, context)
      endWithRequestedStatus(last)
      return response
    },

    async *bidirectional(requests, context) {
      let sequence = 0
      for await (const request of requests) {
        check(request)
        yield answer(request, sequence, context)
        endWithRequestedStatus(request)
        sequence += 1
      }
    },
  }
}

function check({ delay, payloadSize, statusCode, statusMessage }: EchoRequest): void {
  const delayMs = delay ? milliseconds(delay) : 0
  const messageBytes = Buffer.byteLength(statusMessage)
  rejectIf([
    delayMs < 0 && `delay: ${delayMs} ms is in the past; give 0 or more`,
    delayMs > MAX_DELAY_MS && `delay: ${delayMs} ms is too long; give at most ${MAX_DELAY_MS} ms`,
    payloadSize > MAX_PAYLOAD_BYTES &&
      `payload_size: ${payloadSize} bytes are too many; give at most ${MAX_PAYLOAD_BYTES} (16 MiB)`,
    statusCode > MAX_STATUS_CODE &&
      `status_code: ${statusCode} is not a gRPC status; give 0 to ${MAX_STATUS_CODE}`,
    messageBytes > MAX_STATUS_MESSAGE_BYTES &&
      `status_message: ${messageBytes} bytes are too many; give at most ${MAX_STATUS_MESSAGE_BYTES}`,
  ])
}

function endWithRequestedStatus({ statusCode, statusMessage }: EchoRequest): void {
  if (statusCode !== 0) throw new RpcStatusError(statusCode, statusMessage)
}

function milliseconds({ seconds, nanos }: Duration): number {
  return Number(seconds) * 1000 + nanos / 1_000_000
}
