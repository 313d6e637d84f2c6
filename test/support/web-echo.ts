// Calls of the echo service as a page of a browser makes them: gRPC-Web, each on a connection of its own.

import { create, type MessageInitShape, toBinary } from '@bufbuild/protobuf'
import { EchoRequestSchema, EchoService } from '@envoy/xds-protos/switchyard/echo/v1/echo_pb.js'
import {
  callWeb,
  type PlainAnswer,
  preflight,
  type WebAnswer,
  type WebCall,
} from '../../experiments/scenarios/grpc-web/wire/web-call.ts'

export const APP = 'http://app.example'

type Request = MessageInitShape<typeof EchoRequestSchema>

export const pathOf = (method: string) => `${EchoService.typeName}/${method}`

/** @param address of the listener */
export function callWebEcho(
  { address }: { readonly address: string },
  request: Request,
  { method = 'Unary', ...more }: Omit<Partial<WebCall>, 'url' | 'messages'> = {},
): Promise<WebAnswer> {
  const messages = [toBinary(EchoRequestSchema, create(EchoRequestSchema, request))]
  return callWeb({ url: `http://${address}`, method: pathOf(method), messages, ...more })
}

/** The preflight of such a call. */
export function askFirst(
  { address }: { readonly address: string },
  origin: string,
  method = 'Unary',
): Promise<PlainAnswer> {
  return preflight({ url: `http://${address}`, method: pathOf(method) }, origin)
}
