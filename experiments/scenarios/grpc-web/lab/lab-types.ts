// What runs and the browser tell each other, in JSON.

import type { JsonObject, JsonValue } from '@bufbuild/protobuf'

/** Google's client writes messages as base64 or as bytes. */
export const FLAVOURS = ['connect-web', 'grpc-web text', 'grpc-web binary'] as const
export type Flavour = (typeof FLAVOURS)[number]

/** What the browser does for a run. An event of something with an id comes by `told`. */
export interface Lab {
  /** Event: `message`, an EchoResponse. */
  call(spec: CallSpec): Promise<LabOutcome>
  cancel(id: string): Promise<void>
  /** Event: `piece`, its bytes in hexadecimal. */
  raw(spec: RawSpec): Promise<RawAnswer>
  /** What a client answers if a program tries to stream requests with it: the error, or the last message of the answer. */
  tryToStream(spec: StreamSpec): Promise<string>
  /** The same bytes as a request that needs no preflight, because a form could send it. The page cannot read its response. */
  sendSimply(url: string): Promise<string>
  hasFetchStreams(): Promise<boolean>
  /** What the browser says to a request whose response is to begin before its end. */
  tryFullDuplex(): Promise<string>
  /** Events: `message`, an EchoResponse; `ended`, a StreamEnd. */
  openStream(spec: Pick<StreamSpec, 'url' | 'kind' | 'id'>): Promise<void>
  sendOnStream(id: string, message: string): Promise<void>
  endStream(id: string): Promise<void>
  /** Events: `message`, an EchoResponse; `ended`, a SocketEnd. */
  openSocket(id: string, url: string): Promise<void>
  sendOnSocket(id: string, message: string): Promise<void>
  endSocket(id: string): Promise<void>
  cancelSocket(id: string): Promise<void>
  /** Events: `entered`; `message`, a ChatMessage; `ended`, why. */
  enterChat(spec: ChatSpec): Promise<void>
  say(id: string, text: string): Promise<void>
  leaveChat(id: string): Promise<void>
  /** Uploads bytes that repeat 0 to 250. @returns the number of chunks, or why it failed */
  upload(spec: UploadSpec): Promise<number | string>
}

export interface CallSpec {
  readonly flavour: Flavour
  /** Of the proxy, without a slash at its end. */
  readonly url: string
  readonly kind: 'unary' | 'serverStream'
  /** An EchoRequest in JSON. */
  readonly request: JsonObject
  /** Unique: the service knows the call by it. */
  readonly id: string
  readonly metadata?: Readonly<Record<string, string>>
  readonly timeoutMs?: number
}

/** `Outcome` of the example page, with its messages in JSON. */
export interface LabOutcome {
  readonly code: number
  readonly text: string
  readonly details: readonly { readonly type: string; readonly value?: JsonValue }[]
  readonly messages: readonly LabMessage[]
  readonly headers: Readonly<Record<string, string>>
  readonly trailers: Readonly<Record<string, string>>
}

/** An EchoResponse in JSON: fields that are 0 or empty are absent. */
export interface LabMessage {
  readonly message?: string
  readonly sequence?: number
}

export interface StreamEnd {
  readonly messages?: readonly LabMessage[]
  readonly trailers?: Readonly<Record<string, string>>
  /** Of a request that failed. */
  readonly error?: string
}

export interface SocketEnd {
  /** 4000 plus the gRPC status, or what the WebSocket itself ended with. */
  readonly code: number
  readonly text: string
}

export interface RawSpec {
  readonly url: string
  readonly kind: 'unary' | 'serverStream'
  readonly request: JsonObject
  readonly id: string
  readonly contentType?: string
  readonly headers?: Readonly<Record<string, string>>
}

export interface RawAnswer {
  readonly httpStatus?: number
  /** Those that the page may see. */
  readonly headers: Readonly<Record<string, string>>
  /** In hexadecimal, as they arrived. */
  readonly pieces: readonly string[]
  /** Why there is no response. */
  readonly error?: string
}

export interface StreamSpec {
  readonly flavour: Flavour
  readonly url: string
  readonly kind: 'clientStream' | 'bidirectional'
  readonly id: string
  /** Messages of the client. */
  readonly texts: readonly string[]
}

export interface ChatSpec {
  /** Also the name under which it speaks. */
  readonly id: string
  readonly url: string
  readonly room: string
}

export interface UploadSpec {
  readonly url: string
  /** Of the keys of its chunks. */
  readonly name: string
  readonly bytes: number
  readonly chunkBytes: number
  readonly atATime: number
}
