// What a probe of a way is, and the calls that all of them make.

import { create, fromBinary, type MessageInitShape, toBinary } from '@bufbuild/protobuf'
import {
  EchoRequestSchema,
  type EchoResponse,
  EchoResponseSchema,
  EchoService,
} from '@envoy/xds-protos/switchyard/echo/v1/echo_pb.js'
import { status } from '@grpc/grpc-js'
import { callWeb, type WebAnswer, type WebCall } from '../wire/web-call.ts'
import type { Witness } from '../witness.ts'

export interface Probed {
  readonly url: string
  readonly witness: Witness
}

export interface Probe {
  readonly id: string
  /** The head of its row in the table. */
  readonly title: string
  /** @returns what happened, in a few words; the same words for the same behavior */
  readonly ask: (probed: Probed) => Promise<string>
}

type Request = MessageInitShape<typeof EchoRequestSchema>

/** Calls a method of the echo service. */
export function callEcho(
  { url }: Pick<Probed, 'url'>,
  method: 'Unary' | 'ServerStream' | 'ClientStream' | 'Bidirectional',
  requests: Request | readonly Request[],
  more: Omit<WebCall, 'url' | 'method' | 'messages'> = {},
): Promise<WebAnswer> {
  const messages = [requests]
    .flat()
    .map((request) => toBinary(EchoRequestSchema, create(EchoRequestSchema, request as Request)))
  return callWeb({ url, method: `${EchoService.typeName}/${method}`, messages, ...more })
}

export function toEcho(bytes: Uint8Array): EchoResponse {
  return fromBinary(EchoResponseSchema, bytes)
}

/** Such as `OK in trailers, 1 message`, or `HTTP 415` for an answer that is not gRPC-Web. */
export function describe({ http, status: code, statusIn, messages }: WebAnswer): string {
  if (code === undefined) return `HTTP ${http}`
  const count = messages.length === 0 ? '' : `, ${messages.length} message${messages.length === 1 ? '' : 's'}`
  return `${status[code] ?? code} in ${statusIn}${count}`
}
