// Talks to a server over a bare socket in one of three ways, and says what it answers first.

import { connect, type Socket } from 'node:net'
import { splitAddress } from '../../../../core/host-and-port.ts'
import { PREFACE } from '../../../../testbed/http2/connection-reader.ts'
import { encodeFrame } from '../../../../testbed/http2/encode-frame.ts'
import { FrameReader } from '../../../../testbed/http2/frame-reader.ts'
import { errorName, type Frame, frameOf } from '../../../../testbed/http2/frame-types.ts'

export type Approach = 'prior knowledge' | 'upgrade' | 'HTTP/1.1'
export const APPROACHES: readonly Approach[] = ['prior knowledge', 'upgrade', 'HTTP/1.1']

export interface Answer {
  /** Whether the server goes on in the protocol that was asked for: frames, 101, or any answer to HTTP/1.1. */
  readonly accepted: boolean
  /** Such as `SETTINGS, HEADERS`, `HTTP/1.1 101 Switching Protocols, then SETTINGS`, or `closed without an answer`. */
  readonly says: string
}

/** END_STREAM and END_HEADERS; `:method GET`, `:scheme http`, `:path /`, and `:authority tap` as a literal. */
const GET = encodeFrame('HEADERS', 0x5, 1, '82 86 84 01 03 746170')

const HTTP1 = 'GET / HTTP/1.1\r\nHost: tap\r\n'

/** What a client says first. The upgrade is that of RFC 7540, section 3.2, which RFC 9113 has removed. */
export const OPENING: Readonly<Record<Approach, Buffer>> = {
  'prior knowledge': Buffer.concat([PREFACE, encodeFrame('SETTINGS', 0, 0), GET]),
  upgrade: Buffer.from(
    `${HTTP1}Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n\r\n`,
  ),
  'HTTP/1.1': Buffer.from(`${HTTP1}\r\n`),
}

/** A server that stays silent for this long does not answer. */
const PATIENCE_MS = 10_000

export async function probe(address: string, approach: Approach): Promise<Answer> {
  const { host = '', port = 0 } = splitAddress(address) ?? {}
  const socket = connect(port, host)
  try {
    socket.write(OPENING[approach])
    return await answerOn(socket, approach)
  } finally {
    socket.destroy()
  }
}

/** @param socket on which the opening was written */
export function answerOn(socket: Socket, approach: Approach): Promise<Answer> {
  let received = Buffer.alloc(0)
  return new Promise((resolve) => {
    const end = (isOver: boolean, silent = false) => {
      const answer = readAnswer(received, approach, isOver, silent)
      if (answer === undefined) return
      clearTimeout(timer)
      resolve(answer)
    }
    const timer = setTimeout(() => end(true, true), PATIENCE_MS)
    socket.on('data', (chunk) => {
      received = Buffer.concat([received, chunk])
      end(false)
    })
    socket.on('error', () => end(true))
    socket.on('close', () => end(true))
  })
}

/** Undefined as long as more may come that changes it. */
function readAnswer(
  received: Buffer,
  approach: Approach,
  isOver: boolean,
  silent: boolean,
): Answer | undefined {
  const text = received.toString('latin1')
  if (received.length === 0)
    return isOver ? { accepted: false, says: silent ? 'nothing' : 'closed without an answer' } : undefined
  const end = text.indexOf('\r\n\r\n')
  if (!text.startsWith('HTTP/1.')) return ofFrames(received, approach, isOver)
  if (end < 0) return isOver ? { accepted: false, says: JSON.stringify(text.slice(0, 40)) } : undefined
  const status = text.slice(0, text.indexOf('\r\n'))
  if (!status.includes(' 101 ')) return { accepted: approach === 'HTTP/1.1', says: status }
  const frames = framesOf(received.subarray(end + 4))
  if (frames.length === 0 && !isOver) return undefined
  return { accepted: frames.length > 0, says: `${status}, then ${namesOf(frames)}` }
}

function ofFrames(received: Buffer, approach: Approach, isOver: boolean): Answer | undefined {
  const frames = framesOf(received)
  const goaway = frames.map((frame) => frameOf(frame, 'GOAWAY')).find((frame) => frame !== undefined)
  const isAnswered = frames.some(({ type }) => type === 'HEADERS')
  if (goaway === undefined && !isAnswered && !isOver) return undefined
  const accepted = approach === 'prior knowledge' && (isAnswered || goaway === undefined)
  const reason = goaway === undefined ? '' : ` (${errorName(goaway.errorCode)})`
  return {
    accepted,
    says: `${namesOf(frames)}${reason}${isOver && goaway === undefined ? ', then closed' : ''}`,
  }
}

const framesOf = (bytes: Buffer): Frame[] => new FrameReader().push(bytes)

/** Each type once, in the order in which they came. */
const namesOf = (frames: readonly Frame[]): string =>
  [...new Set(frames.map(({ type }) => type))].join(', ') || 'nothing'
