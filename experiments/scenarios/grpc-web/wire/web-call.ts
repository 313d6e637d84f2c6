// One call of gRPC-Web by fetch, as the bytes say it: no client library hides what a proxy or a server does.

import { Base64Reader, type Frame, FrameReader, toFrame, toTrailers } from './frames.ts'

/** `binary` is application/grpc-web+proto, `text` is application/grpc-web-text+proto: the same in base64. */
export type Mode = 'binary' | 'text'

export const CONTENT_TYPES: Readonly<Record<Mode, string>> = {
  binary: 'application/grpc-web+proto',
  text: 'application/grpc-web-text+proto',
}

export interface WebCall {
  /** Such as `http://127.0.0.1:8080`. */
  readonly url: string
  /** `PACKAGE.SERVICE/METHOD` */
  readonly method: string
  readonly mode?: Mode
  /** In the body of the request, one after the other. */
  readonly messages: readonly Uint8Array[]
  readonly headers?: Readonly<Record<string, string>>
  readonly signal?: AbortSignal
  /** Called with each frame of the answer when it arrives. */
  readonly onFrame?: (frame: Frame) => void
}

export interface WebAnswer {
  readonly http: number
  readonly contentType: string
  readonly headers: Headers
  /** The messages in the body. */
  readonly messages: readonly Uint8Array[]
  /** From the last frame of the body; undefined without one. */
  readonly trailers: Readonly<Record<string, string>> | undefined
  /** Where the status is: in the body's trailers, or in the headers of an answer without a body. */
  readonly statusIn: 'trailers' | 'headers' | 'none'
  /** gRPC's number; undefined if it is missing. */
  readonly status: number | undefined
  /** The text with the status, decoded. */
  readonly message: string
  /** The text of an answer that is not gRPC-Web. */
  readonly text: string
}

/** @throws what fetch throws, if the server closes the connection or `signal` aborts */
export async function callWeb({
  url,
  method,
  mode = 'binary',
  messages,
  headers = {},
  signal,
  onFrame = () => {},
}: WebCall): Promise<WebAnswer> {
  const body = Buffer.concat(messages.map(toFrame))
  const response = await fetch(`${url}/${method}`, {
    method: 'POST',
    headers: {
      'content-type': CONTENT_TYPES[mode],
      accept: CONTENT_TYPES[mode],
      'x-grpc-web': '1',
      ...headers,
    },
    body: mode === 'text' ? body.toString('base64') : body,
    ...(signal && { signal }),
  })
  const contentType = response.headers.get('content-type') ?? ''
  const frames: Frame[] = []
  let text = ''
  if (contentType.startsWith('application/grpc')) {
    const isText = contentType.startsWith(CONTENT_TYPES.text.split('+')[0] ?? '')
    const [reader, base64] = [new FrameReader(), new Base64Reader()]
    for await (const piece of response.body ?? []) {
      const bytes = isText ? base64.push(Buffer.from(piece).toString('latin1')) : piece
      for (const frame of reader.push(bytes)) {
        frames.push(frame)
        onFrame(frame)
      }
    }
  } else text = await response.text()
  return {
    http: response.status,
    contentType,
    headers: response.headers,
    text,
    ...read(frames, response.headers),
  }
}

function read(frames: readonly Frame[], headers: Headers) {
  const last = frames.find(({ kind }) => kind === 'trailers')
  const trailers = last && toTrailers(last.bytes)
  const fromHeaders = headers.get('grpc-status')
  const status = trailers?.['grpc-status'] ?? fromHeaders
  const statusIn: WebAnswer['statusIn'] =
    trailers?.['grpc-status'] !== undefined ? 'trailers' : fromHeaders === null ? 'none' : 'headers'
  return {
    messages: frames.filter(({ kind }) => kind === 'message').map(({ bytes }) => bytes),
    trailers,
    statusIn,
    status: status === null ? undefined : Number(status),
    message: decodeURIComponent(trailers?.['grpc-message'] ?? headers.get('grpc-message') ?? ''),
  }
}
