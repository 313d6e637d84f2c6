// Runs in the browser: makes the calls that a run asks for by name, and answers in JSON. It uses the modules of the example page.

import { create, fromJson, type JsonValue, toBinary, toJson } from '@bufbuild/protobuf'
import { ConnectError, createClient } from '@connectrpc/connect'
import { createGrpcWebTransport } from '@connectrpc/connect-web'
import {
  EchoRequestSchema,
  type EchoResponse,
  EchoResponseSchema,
  EchoService,
} from '@envoy/xds-protos/switchyard/echo/v1/echo_pb.js'
import { GrpcWebClientBase } from 'grpc-web'
import { connectCalls } from '../../../../web/grpc-web-example/page/connect-calls.ts'
import type { EchoCalls } from '../../../../web/grpc-web-example/page/echo-calls.ts'
import { frameOf } from '../../../../web/grpc-web-example/page/frames.ts'
import { googleCalls } from '../../../../web/grpc-web-example/page/google-calls.ts'
import { googleMethod, pathOf } from '../../../../web/grpc-web-example/page/google-methods.ts'
import { rawCall } from '../../../../web/grpc-web-example/page/raw-call.ts'
import { type ChatRoom, enterChat } from '../../../../web/grpc-web-example/page/workarounds/chat.ts'
import {
  type FetchStream,
  fetchStream,
  hasFetchStreams,
} from '../../../../web/grpc-web-example/page/workarounds/fetch-stream.ts'
import { type SocketCall, socketCall } from '../../../../web/grpc-web-example/page/workarounds/socket-call.ts'
import { upload } from '../../../../web/grpc-web-example/page/workarounds/upload.ts'
import type { Flavour, Lab, LabOutcome } from './lab-types.ts'

declare global {
  /** Tells the run what happens, by the id of the call. */
  var told: (id: string, event: string, value: JsonValue) => Promise<void>
}

const tell = (id: string, event: string, value: JsonValue) => void globalThis.told(id, event, value)
const jsonOf = (message: EchoResponse) => toJson(EchoResponseSchema, message)
const requestOf = (json: JsonValue) => fromJson(EchoRequestSchema, json)
const textOf = (error: unknown) =>
  error instanceof Error ? `${error.name}: ${error.message}` : String(error)

const CALLS: Readonly<Record<Flavour, (url: string) => EchoCalls>> = {
  'connect-web': connectCalls,
  'grpc-web text': (url) => googleCalls(url, 'text'),
  'grpc-web binary': (url) => googleCalls(url, 'binary'),
}

const controllers = new Map<string, AbortController>()
const streams = new Map<string, FetchStream>()
const sockets = new Map<string, SocketCall>()
const rooms = new Map<string, ChatRoom>()

function held<T>(all: ReadonlyMap<string, T>, id: string): T {
  const found = all.get(id)
  if (found === undefined) throw new Error(`nothing is open as "${id}"`)
  return found
}

const LAB: Lab = {
  async call({ flavour, url, kind, request, id, metadata = {}, timeoutMs }) {
    const controller = new AbortController()
    controllers.set(id, controller)
    const { messages, ...outcome } = await CALLS[flavour](url)[kind](requestOf(request), {
      metadata: { 'x-call': id, ...metadata },
      signal: controller.signal,
      ...(timeoutMs !== undefined && { timeoutMs }),
      onMessage: (message) => tell(id, 'message', jsonOf(message)),
    })
    return { ...outcome, messages: messages.map(jsonOf) } as LabOutcome
  },

  async cancel(id) {
    held(controllers, id).abort()
  },

  async raw({ url, kind, request, id, ...options }) {
    const controller = new AbortController()
    controllers.set(id, controller)
    try {
      const { httpStatus, headers, pieces } = await rawCall(
        url,
        EchoService.method[kind],
        requestOf(request),
        {
          ...options,
          headers: { 'x-call': id, ...options.headers },
          signal: controller.signal,
          onPiece: (piece) => tell(id, 'piece', piece.toHex()),
        },
      )
      return { httpStatus, headers, pieces: pieces.map((piece) => piece.toHex()) }
    } catch (error) {
      return { headers: {}, pieces: [], error: textOf(error) }
    }
  },

  async sendSimply(url) {
    const body = frameOf(toBinary(EchoRequestSchema, create(EchoRequestSchema, { message: 'from a form' })))
    try {
      const response = await fetch(`${url}${pathOf(EchoService.method.unary)}`, {
        method: 'POST',
        mode: 'no-cors',
        body,
      })
      return `a response of type ${response.type}`
    } catch (error) {
      return textOf(error)
    }
  },

  async tryToStream({ flavour, url, kind, id, texts }) {
    const headers = { 'x-call': id }
    const method = EchoService.method[kind]
    try {
      if (flavour === 'connect-web') {
        const client = createClient(EchoService, createGrpcWebTransport({ baseUrl: url }))
        const requests = (async function* () {
          for (const message of texts) yield { message }
        })()
        if (kind === 'clientStream') return (await client.clientStream(requests, { headers })).message
        let last = ''
        for await (const { message } of client.bidirectional(requests, { headers })) last = message
        return last
      }
      // TypeScript rejects the method without the cast: there is a type for unary calls and one for server streams.
      const descriptor = googleMethod(method as never)
      const client = new GrpcWebClientBase({ format: 'text' })
      const { promise, resolve, reject } = Promise.withResolvers<string>()
      let answer = ''
      client
        .serverStreaming(`${url}${descriptor.getName()}`, { message: texts[0] } as never, headers, descriptor)
        .on('data', (message) => {
          answer = JSON.stringify(jsonOf(message as EchoResponse))
        })
        .on('error', (error) => reject(new Error(error.message)))
        .on('end', () => resolve(answer))
      return await promise
    } catch (error) {
      return error instanceof ConnectError ? error.message : textOf(error)
    }
  },

  async hasFetchStreams() {
    return hasFetchStreams()
  },

  async tryFullDuplex() {
    try {
      const options = { method: 'POST', body: new ReadableStream(), duplex: 'full' }
      new Request(location.href, options as RequestInit)
      return 'no complaint'
    } catch (error) {
      return textOf(error)
    }
  },

  async openStream({ url, kind, id }) {
    const stream = fetchStream(url, EchoService.method[kind], {
      metadata: { 'x-call': id },
      onMessage: (message) => tell(id, 'message', jsonOf(message)),
    })
    streams.set(id, stream)
    void stream.answer.then(
      ({ messages, trailers }) => tell(id, 'ended', { messages: messages.map(jsonOf), trailers }),
      (error) => tell(id, 'ended', { error: textOf(error) }),
    )
  },
  async sendOnStream(id, message) {
    await held(streams, id).send({ message })
  },
  async endStream(id) {
    await held(streams, id).end()
  },

  async openSocket(id, url) {
    const call = await socketCall(url, (message) => tell(id, 'message', jsonOf(message)))
    sockets.set(id, call)
    void call.ended.then((how) => tell(id, 'ended', how))
  },
  async sendOnSocket(id, message) {
    held(sockets, id).send({ message })
  },
  async endSocket(id) {
    held(sockets, id).end()
  },
  async cancelSocket(id) {
    held(sockets, id).cancel()
  },

  async enterChat({ id, url, room }) {
    const chat = enterChat({
      ...{ baseUrl: url, room },
      onMessage: ({ from, text }) => tell(id, 'message', { from, text }),
      onEntered: () => tell(id, 'entered', true),
    })
    rooms.set(id, chat)
    void chat.ended.then((why) => tell(id, 'ended', why))
  },
  async say(id, text) {
    await held(rooms, id).send(id, text)
  },
  async leaveChat(id) {
    held(rooms, id).leave()
  },

  async upload({ url, name, bytes, chunkBytes, atATime }) {
    const content = new Blob([new Uint8Array(bytes).map((_, index) => index % 251)])
    try {
      return await upload({ baseUrl: url, name, content, chunkBytes, atATime })
    } catch (error) {
      return textOf(error)
    }
  },
}

Object.assign(globalThis, { lab: LAB })
