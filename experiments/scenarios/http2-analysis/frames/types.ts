// What each frame type is for, and why it is in the capture.

import type { KnownFrameType } from '../../../../testbed/http2/frame-types.ts'

export interface TypeFacts {
  readonly does: string
  /** What this chapter does so that it is sent. */
  readonly provoked: string
  readonly byGrpc: boolean
}

export const TYPES: Readonly<Record<KnownFrameType, TypeFacts>> = {
  DATA: {
    does: 'carries bytes of a stream; gRPC puts messages in it, each after five bytes',
    provoked: 'every call',
    byGrpc: true,
  },
  HEADERS: {
    does: 'opens a stream, answers it, and ends a gRPC call with trailers',
    provoked: 'every call',
    byGrpc: true,
  },
  PRIORITY: {
    does: 'orders streams; deprecated by RFC 9113',
    provoked: 'written by hand',
    byGrpc: false,
  },
  RST_STREAM: { does: 'ends one stream at once', provoked: 'a call that is canceled', byGrpc: true },
  SETTINGS: {
    does: 'says what its sender accepts, such as windows; the other side acknowledges it',
    provoked: 'the beginning of every connection',
    byGrpc: true,
  },
  PUSH_PROMISE: {
    does: 'announces an answer that nobody asked for',
    provoked: "a push by Node's HTTP/2 server",
    byGrpc: false,
  },
  PING: {
    does: 'asks whether the other side is there; it sends the same bytes back',
    provoked: 'keepalive, on a connection that is idle for 100 ms',
    byGrpc: true,
  },
  GOAWAY: {
    does: 'ends a connection: no new streams, those below the last one go on',
    provoked: 'a backend that drains',
    byGrpc: true,
  },
  WINDOW_UPDATE: {
    does: 'lets the other side send more DATA, on a stream or on the connection',
    provoked: 'answers of 150,000 bytes together',
    byGrpc: true,
  },
  CONTINUATION: {
    does: 'goes on with a header block that is too large for one frame',
    provoked: 'metadata of 30,400 bytes',
    byGrpc: true,
  },
}
