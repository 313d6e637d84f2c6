// The service that a server under test of the conformance suite has: it answers as each request says, and repeats what arrived.

import { setTimeout as wait } from 'node:timers/promises'
import { create, type DescMessage, type Message, toBinary } from '@bufbuild/protobuf'
import { type Any, anyPack } from '@bufbuild/protobuf/wkt'
import { StatusSchema } from '@envoy/xds-protos/google/rpc/status_pb.js'
import { Metadata } from '@grpc/grpc-js'
import { type CallContext, RpcStatusError } from '../rpc/index.ts'
import type {
  Answer,
  Header,
  RequestedError,
  RequestInfo,
  StreamDefinition,
  StreamRequest,
  UnaryDefinition,
  UnaryRequest,
} from './definitions.ts'
import type { Descriptors } from './descriptors.ts'

interface Suite {
  readonly info: DescMessage
  readonly toAny: (message: Message) => Any
}

/** Handlers by the `localName` of their methods, all except `unimplemented`. */
export function conformanceService(descriptors: Descriptors) {
  const suite: Suite = {
    info: descriptors.message('ConformancePayload.RequestInfo'),
    // A message knows the name of its type only.
    toAny: (message) => anyPack(descriptors.message(message.$typeName.split('.').at(-1) ?? ''), message),
  }
  const answerOnce = async (requests: readonly UnaryRequest[], context: CallContext): Promise<Answer> => {
    const definition = requests[0]?.responseDefinition
    begin(definition, context)
    await delay(definition, context)
    const requestInfo = infoOf(requests, context, suite)
    const { response } = definition ?? {}
    if (response?.case === 'error') throw statusOf(response.value, suite, requestInfo)
    return { payload: { ...(response?.case === 'responseData' && { data: response.value }), requestInfo } }
  }
  return {
    unary: (request: UnaryRequest, context: CallContext) => answerOnce([request], context),

    idempotentUnary: (request: UnaryRequest, context: CallContext) => answerOnce([request], context),

    async clientStream(requests: AsyncIterable<UnaryRequest>, context: CallContext): Promise<Answer> {
      const all: UnaryRequest[] = []
      for await (const request of requests) all.push(request)
      return await answerOnce(all, context)
    },

    async *serverStream(request: StreamRequest, context: CallContext): AsyncGenerator<Answer> {
      begin(request.responseDefinition, context)
      yield* rest(request.responseDefinition, 0, [request], context, suite)
    },

    async *bidiStream(requests: AsyncIterable<StreamRequest>, context: CallContext): AsyncGenerator<Answer> {
      let first: StreamRequest | undefined
      let unanswered: StreamRequest[] = []
      let sent = 0
      for await (const request of requests) {
        if (first === undefined) begin(request.responseDefinition, context)
        first ??= request
        unanswered.push(request)
        if (!first.fullDuplex) continue
        const data = first.responseDefinition?.responseData[sent]
        if (data === undefined) break
        await delay(first.responseDefinition, context)
        const requestInfo =
          sent === 0 ? infoOf(unanswered, context, suite) : { requests: unanswered.map(suite.toAny) }
        yield { payload: { data, requestInfo } }
        sent += 1
        unanswered = []
      }
      yield* rest(first?.responseDefinition, sent, unanswered, context, suite)
    },
  }
}

/** The answers from number `sent` on, and the status. The first answer, or a status without one, repeats the requests. */
async function* rest(
  definition: StreamDefinition | undefined,
  sent: number,
  requests: readonly StreamRequest[],
  context: CallContext,
  suite: Suite,
): AsyncGenerator<Answer> {
  const { responseData = [], error } = definition ?? {}
  for (const [index, data] of responseData.entries()) {
    if (index < sent) continue
    await delay(definition, context)
    yield { payload: { data, ...(index === 0 && { requestInfo: infoOf(requests, context, suite) }) } }
  }
  if (error === undefined) return
  const isFirst = sent === 0 && responseData.length === 0
  throw statusOf(error, suite, isFirst ? infoOf(requests, context, suite) : undefined)
}

function begin(
  definition: Pick<UnaryDefinition, 'responseHeaders' | 'responseTrailers'> | undefined,
  { sendHeaders, trailers }: CallContext,
): void {
  if (definition === undefined) return
  trailers.merge(toMetadata(definition.responseTrailers))
  sendHeaders(toMetadata(definition.responseHeaders))
}

async function delay(
  definition: Pick<UnaryDefinition, 'responseDelayMs'> | undefined,
  { signal }: CallContext,
): Promise<void> {
  if (definition?.responseDelayMs) await wait(definition.responseDelayMs, undefined, { signal })
}

function infoOf(
  requests: readonly Message[],
  { metadata, deadline }: CallContext,
  { toAny }: Suite,
): RequestInfo {
  const left = deadline && Math.max(0, deadline.getTime() - Date.now())
  return {
    requestHeaders: headersOf(metadata),
    requests: requests.map(toAny),
    ...(left !== undefined && { timeoutMs: BigInt(left) }),
  }
}

function statusOf(
  { code, message = '', details }: RequestedError,
  { info: schema }: Suite,
  info: RequestInfo | undefined,
): RpcStatusError {
  const all = info === undefined ? details : [...details, anyPack(schema, create(schema, info as never))]
  const metadata = new Metadata()
  if (all.length > 0) {
    const status = create(StatusSchema, { code, message, details: [...all] })
    metadata.set('grpc-status-details-bin', Buffer.from(toBinary(StatusSchema, status)))
  }
  return new RpcStatusError(code, message, { metadata })
}

function toMetadata(headers: readonly Header[]): Metadata {
  const metadata = new Metadata()
  for (const { name, value } of headers) {
    for (const one of value) metadata.add(name, name.endsWith('-bin') ? Buffer.from(one, 'base64') : one)
  }
  return metadata
}

/** Binary values in base64, as they are on the wire. */
function headersOf(metadata: Metadata): readonly Header[] {
  return Object.keys(metadata.getMap()).map((name) => ({
    name,
    value: metadata.get(name).map((value) => (typeof value === 'string' ? value : value.toString('base64'))),
  }))
}
