// Answers of Envoy itself, as bytes of HTTP: to a gRPC client, and to any other client of HTTP/2.

import { EchoService } from '@envoy/xds-protos/switchyard/echo/v1/echo_pb.js'
import { EMPTY_GRPC_FRAME } from '../../../../core/grpc-framing.ts'
import { rpcMethod } from '../../../../services/rpc/index.ts'
import { authorityOf } from '../authority.ts'
import { ANSWER_HEADER } from './foreign-server.ts'
import type { Parts } from './parts.ts'
import { callRaw, type RawAnswer } from './raw-call.ts'

/** Each is a server that Envoy cannot have a call answered by, and the HTTP status that it has for that. */
export const ENVOY_ANSWERS = [
  { id: 'unheard-of', http: 404, grpc: 12, what: 'no route matches' },
  { id: 'dead', http: 503, grpc: 14, what: 'no server listens behind it' },
  { id: 'old', http: 502, grpc: 14, what: 'the server behind it speaks HTTP/1.1 only' },
  { id: 'late', http: 504, grpc: 14, what: 'the server is later than the timeout of the rule' },
] as const

/** What Envoy answers a call whose request says it is gRPC, and the same as JSON. */
export async function askEnvoy(
  { edge }: Parts,
  id: string,
): Promise<{ readonly grpc: RawAnswer; readonly json: RawAnswer }> {
  const { path } = rpcMethod(EchoService.method.unary)
  const headers = { [ANSWER_HEADER]: 'never' }
  const body = EMPTY_GRPC_FRAME
  const call = { target: edge.targetOf(), authority: authorityOf(id), path, body, headers }
  const grpc = await callRaw(call)
  const asJson = { ...headers, 'content-type': 'application/json' }
  return { grpc, json: await callRaw({ ...call, headers: asJson }) }
}
