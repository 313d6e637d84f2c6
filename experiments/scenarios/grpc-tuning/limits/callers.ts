// Calls whose request, answer or metadata has exactly a given size.

import { create, toBinary } from '@bufbuild/protobuf'
import { EchoRequestSchema, EchoResponseSchema } from '@envoy/xds-protos/switchyard/echo/v1/echo_pb.js'
import { type ChannelOptions, Client, credentials, Metadata, type ServiceError, status } from '@grpc/grpc-js'
import type { GrpcClientControl } from '../../../../testbed/grpc-client-control.ts'
import { exactRequest } from './exact-request.ts'
import type { Answer, Attempt } from './find-limit.ts'

const METHOD = '/switchyard.echo.v1.EchoService/Unary'
/** A header that no Huffman code shortens, so that its encoded length is its own. */
const FILLER = 'x-filler'
const LETTER = 'X'
/** Asks the gauged server for metadata of this size in bytes. */
const ASK = 'x-answer-bytes'
const EMPTY = Buffer.alloc(0)
const asIs = (bytes: Buffer) => bytes

/** What the callers of all languages can be asked for. */
export interface SizedCaller {
  /** A request of this size. */
  readonly request: Attempt
  /** An answer of this size, by the gauged server. */
  readonly answer: Attempt
  /** One metadata of a call, whose value has this size. */
  readonly metadata: Attempt
  /** The same of the answer, by the gauged server. */
  readonly answerMetadata: Attempt
  readonly close: () => Promise<void>
}

/** A client of grpc-js in this process. @param options its own defaults without them */
export function grpcJsCaller(address: string, options: ChannelOptions = {}): SizedCaller {
  const client = new Client(address, credentials.createInsecure(), {
    'grpc.use_local_subchannel_pool': 1,
    ...options,
  })
  const call = (message: Uint8Array, metadata: Readonly<Record<string, string>> = {}) => {
    const headers = new Metadata()
    for (const [name, value] of Object.entries(metadata)) headers.set(name, value)
    return new Promise<Answer>((resolve) => {
      const ended = (error: ServiceError | null) =>
        resolve({ code: status[error?.code ?? status.OK], text: error?.details ?? '' })
      // Without a deadline, because its header would be longer or shorter by the time that is left.
      client.makeUnaryRequest(METHOD, asIs, asIs, Buffer.from(message), headers, ended)
    })
  }
  return {
    request: (bytes) => call(exactRequest(bytes)),
    answer: (bytes) => call(sizedRequest(bytes)),
    metadata: (bytes) => call(EMPTY, { [FILLER]: LETTER.repeat(bytes) }),
    answerMetadata: (bytes) => call(EMPTY, { [ASK]: String(bytes) }),
    close: async () => client.close(),
  }
}

/** A program in another language. It has no limit of its own for what it sends. */
export function programCaller(
  client: GrpcClientControl & { readonly stop: () => Promise<void> },
): SizedCaller {
  const call = async (settings: Parameters<GrpcClientControl['calls']>[1]): Promise<Answer> => {
    const all = { deadlineMs: LONG_MS, waitForReady: true, ...settings }
    const { codes, errors } = await client.calls(1, all)
    return { code: Object.keys(codes).join(), text: Object.keys(errors).join() }
  }
  return {
    request: () => Promise.reject(new Error('a program asks for an answer as large as its request')),
    answer: (bytes) => call({ payloadBytes: payloadOf(bytes) }),
    metadata: (bytes) => call({ metadata: { [FILLER]: LETTER.repeat(bytes) } }),
    answerMetadata: (bytes) => call({ metadata: { [ASK]: String(bytes) } }),
    close: () => client.stop(),
  }
}

const LONG_MS = 60_000
/** The tag and the length of a payload of 2 MiB or more. */
const PAYLOAD_HEAD = 5

/** The payload of an answer of the gauged server that has this size in bytes: its id and the caller's address are in it too. */
function payloadOf(bytes: number): number {
  // Ports that the system chooses for clients have five digits.
  const rest = create(EchoResponseSchema, { backendId: 'gauged', peer: '127.0.0.1:50000' })
  const others = toBinary(EchoResponseSchema, rest).length
  return bytes - others - PAYLOAD_HEAD
}

/** Asks for such an answer. */
function sizedRequest(bytes: number): Uint8Array {
  return toBinary(EchoRequestSchema, create(EchoRequestSchema, { payloadSize: payloadOf(bytes) }))
}
