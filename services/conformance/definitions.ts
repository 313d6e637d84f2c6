// The fields of the suite's messages that a server under test reads and writes.
// https://github.com/connectrpc/conformance/blob/main/proto/connectrpc/conformance/v1/service.proto

import type { Message } from '@bufbuild/protobuf'
import type { Any } from '@bufbuild/protobuf/wkt'

export interface Header {
  readonly name: string
  readonly value: readonly string[]
}

export interface RequestedError {
  readonly code: number
  readonly message?: string
  readonly details: readonly Any[]
}

export interface UnaryDefinition {
  readonly responseHeaders: readonly Header[]
  readonly responseTrailers: readonly Header[]
  readonly responseDelayMs: number
  readonly response:
    | { readonly case: 'responseData'; readonly value: Uint8Array }
    | { readonly case: 'error'; readonly value: RequestedError }
    | { readonly case: undefined; readonly value?: undefined }
}

export interface StreamDefinition {
  readonly responseHeaders: readonly Header[]
  readonly responseTrailers: readonly Header[]
  readonly responseDelayMs: number
  readonly responseData: readonly Uint8Array[]
  readonly error?: RequestedError
}

export type UnaryRequest = Message & { readonly responseDefinition?: UnaryDefinition }
export type StreamRequest = Message & {
  readonly responseDefinition?: StreamDefinition
  /** Of bidirectional streams. */
  readonly fullDuplex?: boolean
}

export interface RequestInfo {
  readonly requestHeaders: readonly Header[]
  readonly timeoutMs?: bigint
  readonly requests: readonly Any[]
}

export interface Answer {
  readonly payload: { readonly data?: Uint8Array; readonly requestInfo?: Partial<RequestInfo> }
}
