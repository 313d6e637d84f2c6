// Everything about the calls of a shape that is known before the first of them: encoded requests, method, deadline.

import { EchoService } from '@envoy/xds-protos/switchyard/echo/v1/echo_pb.js'
import { KeyValueService } from '@envoy/xds-protos/switchyard/kv/v1/key_value_pb.js'
import { encodeRequest } from './encode-request.ts'
import { isKeyValue, type LoadPlan, partsOf, type SingleShape } from './load-plan.ts'

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
  /** A call that is made once, before all others. */
  readonly before: PreparedCall | undefined
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
  put: KeyValueService.method.put,
  get: KeyValueService.method.get,
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
  if (isKeyValue(shape)) return 0
  return shape.kind === 'unary' ? (shape.delayMs ?? 0) : shape.messages * (shape.everyMs ?? 0)
}

function prepare(shape: SingleShape, deadlineMs: number, name: string | undefined): PreparedCall {
  return {
    kind: shape.kind,
    path: pathOf(shape.kind),
    request: encodeRequest(shape),
    requests: shape.kind === 'client-stream' || shape.kind === 'bidirectional' ? shape.messages : 1,
    everyMs: shape.kind === 'client-stream' ? (shape.everyMs ?? 0) : 0,
    deadlineMs,
    expectedMs: expectedMs(shape),
    before: shape.kind === 'get' ? prepare({ ...shape, kind: 'put' }, deadlineMs, undefined) : undefined,
    name,
  }
}

function pathOf(kind: SingleShape['kind']): string {
  const { parent, name } = METHODS[kind]
  return `/${parent.typeName}/${name}`
}

/** Whether a call may have several messages one way. */
export function isStream(kind: SingleShape['kind']): boolean {
  return kind !== 'unary' && kind !== 'put' && kind !== 'get'
}
