// Answers taken apart: their frames, and where the status is.

import { FrameReader, readTrailers } from '../../../../web/grpc-web-example/page/frames.ts'
import type { RawAnswer } from '../lab/lab-types.ts'

export interface Part {
  readonly name: string
  /** In hexadecimal, two digits a byte, with spaces between them. */
  readonly hex: string
  readonly meaning: string
}

/** Where a page finds the gRPC status. */
export function statusIn(answer: RawAnswer): 'the body' | 'the headers' | 'nowhere' {
  const trailers = framesOf(answer).find(({ kind }) => kind === 'trailers')
  if (trailers && readTrailers(trailers.content)['grpc-status'] !== undefined) return 'the body'
  return answer.headers['grpc-status'] === undefined ? 'nowhere' : 'the headers'
}

/** The frames of a body in binary form: for each its flags, its length and its content. */
export function partsOf(answer: RawAnswer): readonly Part[] {
  return framesOf(answer).flatMap(({ kind, content }) => {
    const length = Buffer.alloc(4)
    length.writeUInt32BE(content.length)
    const isTrailers = kind === 'trailers'
    return [
      {
        name: 'flags',
        hex: isTrailers ? '80' : '00',
        meaning: isTrailers ? 'trailers follow' : 'a message follows',
      },
      { name: 'length', hex: spaced(length), meaning: `${content.length} bytes` },
      {
        name: isTrailers ? 'trailers' : 'message',
        hex: spaced(content),
        meaning: isTrailers
          ? new TextDecoder().decode(content).replaceAll('\r\n', '↵ ').trim()
          : 'as in gRPC',
      },
    ]
  })
}

/** Its body as text, if it is base64; undefined otherwise. */
export function textOf(answer: RawAnswer): string | undefined {
  if (!answer.headers['content-type']?.startsWith('application/grpc-web-text')) return undefined
  return bodyOf(answer).toString('latin1')
}

function framesOf(answer: RawAnswer) {
  const text = textOf(answer)
  return new FrameReader().take(text === undefined ? bodyOf(answer) : decodeGroups(text))
}

/** A proxy encodes what it has when it sends it, so that padding may stand in the middle. */
function decodeGroups(text: string): Buffer {
  const groups = text.match(/[^=]+=*/g) ?? []
  return Buffer.concat(groups.map((group) => Buffer.from(group, 'base64')))
}

function bodyOf({ pieces }: RawAnswer): Buffer {
  return Buffer.concat(pieces.map((piece) => Buffer.from(piece, 'hex')))
}

function spaced(bytes: Uint8Array): string {
  return Buffer.from(bytes)
    .toString('hex')
    .replaceAll(/(..)(?!$)/g, '$1 ')
}
