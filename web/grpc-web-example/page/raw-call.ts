// A call without a client: the bytes of a response, as the browser gets them.

import {
  create,
  type DescMessage,
  type DescMethod,
  type MessageInitShape,
  toBinary,
} from '@bufbuild/protobuf'
import { frameOf } from './frames.ts'
import { pathOf } from './google-methods.ts'

export interface RawResponse {
  readonly httpStatus: number
  /** Those that CORS lets the page see. */
  readonly headers: Readonly<Record<string, string>>
  /** As they arrived. How many there are is up to proxies and the network. */
  readonly pieces: readonly Uint8Array[]
}

export interface RawOptions {
  /** Default: `application/grpc-web+proto`. */
  readonly contentType?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly signal?: AbortSignal
  readonly onPiece?: (piece: Uint8Array) => void
}

/** @throws TypeError if there is no response, or CORS hides it: the browser does not say which */
export async function rawCall<I extends DescMessage>(
  baseUrl: string,
  method: DescMethod & { readonly input: I },
  request: MessageInitShape<I>,
  { contentType = 'application/grpc-web+proto', headers = {}, signal, onPiece }: RawOptions = {},
): Promise<RawResponse> {
  const frame = frameOf(toBinary(method.input, create(method.input, request)))
  const isText = contentType.startsWith('application/grpc-web-text')
  const response = await fetch(`${baseUrl}${pathOf(method)}`, {
    method: 'POST',
    headers: { 'content-type': contentType, accept: contentType, 'x-grpc-web': '1', ...headers },
    body: isText ? frame.toBase64() : frame,
    ...(signal && { signal }),
  })
  const pieces: Uint8Array[] = []
  for await (const piece of response.body ?? []) {
    pieces.push(piece)
    onPiece?.(piece)
  }
  return { httpStatus: response.status, headers: Object.fromEntries(response.headers), pieces }
}
