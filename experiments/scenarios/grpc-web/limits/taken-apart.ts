// Answers taken apart: their frames, and where the status is.

import { TRAILERS, toGrpcFrame } from '../../../../core/grpc-framing.ts'
import type { BytesMessage } from '../../../../harness/report/section.ts'
import { type Frame, FrameReader, readTrailers } from '../../../../web/grpc-web-example/page/frames.ts'
import type { RawAnswer } from '../lab/lab-types.ts'

/** Where a page finds the gRPC status. */
export function statusIn(answer: RawAnswer): 'the body' | 'the headers' | 'nowhere' {
  const trailers = framesOf(answer).find(({ kind }) => kind === 'trailers')
  if (trailers && readTrailers(trailers.content)['grpc-status'] !== undefined) return 'the body'
  return answer.headers['grpc-status'] === undefined ? 'nowhere' : 'the headers'
}

/** A body, which may be base64, as the report draws it: for each frame its flags, its length and its content. */
export function bytesOf(answer: RawAnswer, label: string): BytesMessage {
  const frames = framesOf(answer)
  const bytes = Buffer.concat(
    frames.map(({ kind, content }) => toGrpcFrame(content, kind === 'trailers' ? TRAILERS : 0)),
  )
  let at = 0
  const pieces = frames.flatMap(({ kind, content }, index) => {
    const isTrailers = kind === 'trailers'
    const parts = [
      { part: 'flags', length: 1, text: isTrailers ? '0x80: trailers follow' : '0: a message follows' },
      { part: 'length', length: 4, text: `${content.length} bytes follow` },
      {
        part: kind,
        length: content.length,
        text: isTrailers ? new TextDecoder().decode(content).replaceAll('\r\n', '↵ ').trim() : 'as in gRPC',
      },
    ]
    return parts.map((piece) => {
      const begin = at
      at += piece.length
      const field = isTrailers ? 'frame of trailers' : 'frame of a message'
      return { ...piece, at: begin, depth: 0, field, outermost: index + 1, type: '' }
    })
  })
  return { label, hex: bytes.toString('hex'), pieces }
}

export function frameCountOf(answer: RawAnswer): number {
  return framesOf(answer).length
}

/** Its body as text, if it is base64; undefined otherwise. */
export function textOf(answer: RawAnswer): string | undefined {
  if (!answer.headers['content-type']?.startsWith('application/grpc-web-text')) return undefined
  return bodyOf(answer).toString('latin1')
}

function framesOf(answer: RawAnswer): readonly Frame[] {
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
