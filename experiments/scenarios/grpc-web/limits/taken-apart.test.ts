// Answers of gRPC-Web, taken apart.

import t from 'tap'
import type { RawAnswer } from '../lab/lab-types.ts'
import { bytesOf, frameCountOf, statusIn, textOf } from './taken-apart.ts'

const TRAILERS = Buffer.from('grpc-status:0\r\n')
const BODY = Buffer.concat([
  Buffer.from([0, 0, 0, 0, 2, 8, 1]),
  Buffer.from([0x80, 0, 0, 0, TRAILERS.length]),
  TRAILERS,
])

function answer(body: Buffer, headers: RawAnswer['headers'] = {}): RawAnswer {
  return {
    httpStatus: 200,
    headers: { 'content-type': 'application/grpc-web+proto', ...headers },
    // In two pieces. The second begins within a frame.
    pieces: [body.subarray(0, 3), body.subarray(3)].map((piece) => piece.toString('hex')),
  }
}

t.test('O3.6: a body is frames of flags, length and content, and each byte is in one of them', async (t) => {
  const { hex, pieces } = bytesOf(answer(BODY), 'an answer')
  t.equal(hex, BODY.toString('hex'))
  t.strictSame(
    pieces.map(({ at, length, part, text }) => [at, length, part, text]),
    [
      [0, 1, 'flags', '0: a message follows'],
      [1, 4, 'length', '2 bytes follow'],
      [5, 2, 'message', 'as in gRPC'],
      [7, 1, 'flags', '0x80: trailers follow'],
      [8, 4, 'length', '15 bytes follow'],
      [12, 15, 'trailers', 'grpc-status:0↵'],
    ],
  )
})

t.test('O3.6: text is base64, with padding where a proxy has flushed', async (t) => {
  const [message, trailers] = [BODY.subarray(0, 7), BODY.subarray(7)]
  const text = `${message.toString('base64')}${trailers.toString('base64')}`
  t.match(text, /=\w/, 'there is padding in the middle')
  const asText = answer(Buffer.from(text), { 'content-type': 'application/grpc-web-text+proto' })
  t.equal(textOf(asText), text)
  t.strictSame(bytesOf(asText, ''), bytesOf(answer(BODY), ''))
  t.equal(frameCountOf(asText), 2)
})

t.test('O3.6: the status is in the body, in headers, or nowhere', async (t) => {
  t.equal(statusIn(answer(BODY)), 'the body')
  t.equal(statusIn(answer(Buffer.alloc(0), { 'grpc-status': '5' })), 'the headers')
  t.equal(statusIn(answer(BODY.subarray(0, 7))), 'nowhere')
})
