// Everything about the calls of a shape that is known before the first of them: encoded requests, method, deadline.

import { create, toBinary } from '@bufbuild/protobuf'
import { durationFromMs } from '@bufbuild/protobuf/wkt'
import { EchoRequestSchema, EchoService } from '@envoy/xds-protos/switchyard/echo/v1/echo_pb.js'
import { type LoadPlan, partsOf, type SingleShape } from './load-plan.ts'

export interface PreparedCall {
  readonly kind: SingleShape['kind']
  readonly path: string
  /** All requests of the call are the same. */
  readonly request: Buffer
  readonly requests: number
  /** Between two requests of a client stream. */
  readonly everyMs: number
  readonly deadlineMs: number
  /** How long it should take by itself. */
  readonly expectedMs: number
  /** Of its own histograms. */
  readonly name: string | undefined
}

export interface WeightedCall {
  readonly weight: number
  readonly call: PreparedCall
}

const DEADLINE_MS = 10_000

const METHODS = {
  unary: EchoService.method.unary,
  'server-stream': EchoService.method.serverStream,
  'client-stream': EchoService.method.clientStream,
  bidirectional: EchoService.method.bidirectional,
}

export function prepareCalls({
  calls,
  deadlineMs,
}: Pick<LoadPlan, 'calls' | 'deadlineMs'>): readonly WeightedCall[] {
  return partsOf(calls).map(({ weight, shape, name }) => ({
    weight,
    call: prepare(shape, deadlineMs ?? DEADLINE_MS + 2 * expectedMs(shape), name),
  }))
}

function expectedMs(shape: SingleShape): number {
  return shape.kind === 'unary' ? (shape.delayMs ?? 0) : shape.messages * (shape.everyMs ?? 0)
}

function prepare(shape: SingleShape, deadlineMs: number, name: string | undefined): PreparedCall {
  const { parent, name: method } = METHODS[shape.kind]
  return {
    kind: shape.kind,
    path: `/${parent.typeName}/${method}`,
    request: encodeRequest(shape),
    requests: shape.kind === 'client-stream' || shape.kind === 'bidirectional' ? shape.messages : 1,
    everyMs: shape.kind === 'client-stream' ? (shape.everyMs ?? 0) : 0,
    deadlineMs,
    expectedMs: expectedMs(shape),
    name,
  }
}

function encodeRequest(shape: SingleShape): Buffer {
  const { payloadBytes = 0, responseBytes = 0 } = shape
  const delayMs = delayOf(shape)
  const bytes = toBinary(
    EchoRequestSchema,
    create(EchoRequestSchema, {
      payload: new Uint8Array(payloadBytes),
      payloadSize: responseBytes,
      ...(delayMs > 0 && { delay: durationFromMs(delayMs) }),
      ...(shape.kind === 'server-stream' && { count: shape.messages }),
    }),
  )
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}

/** What the server waits before each response. The pauses of a client stream are the client's. */
function delayOf(shape: SingleShape): number {
  if (shape.kind === 'client-stream') return 0
  return (shape.kind === 'unary' ? shape.delayMs : shape.everyMs) ?? 0
}
