// Unary calls: an answer, an error without any message, and a client that gives up.

import { status } from '@grpc/grpc-js'
import type { EchoCalls, Story } from '../story.ts'
import { ending, pause, untilStatus } from './acting.ts'

const callOnce = async (calls: EchoCalls) => {
  const call = calls.unary({ message: '1' }, () => {})
  await untilStatus(call)
}

const REQUEST = [
  'client sends headers',
  'client sends message 1',
  'client sends half-close',
  'server receives half-close',
]

export const UNARY: readonly Story[] = [
  {
    id: 'answer',
    kind: 'unary',
    title: 'A unary call: one message each way, and a status at the end',
    says: 'The client sends headers, its message, and half-closes at once: it has nothing more to say. The server answers with headers, a message, and trailers, which carry the status. So even the smallest successful call has three parts in each direction, and **a client that has the message does not know yet whether the call succeeded**: the status comes last.',
    handler: {
      async unary(_call, answer) {
        await pause()
        answer(null, { message: 'a' })
      },
    },
    client: callOnce,
    sees: [
      [...REQUEST, 'server sends headers', 'server sends message a', 'server sends status OK'],
      [
        'server sends headers',
        'client receives headers',
        'client receives message a',
        'client receives status OK',
      ],
    ],
  },
  {
    id: 'trailers-only',
    kind: 'unary',
    title: 'An error without a message: trailers only',
    says: 'A server that fails a call before it has sent anything needs no headers and no message. It sends a single HEADERS frame that has the status and ends the stream: gRPC calls it **Trailers-Only**. The client gets a status, and never headers.',
    handler: {
      async unary(_call, answer) {
        await pause()
        answer(ending(status.NOT_FOUND, 'there is no such thing'))
      },
    },
    client: callOnce,
    sees: [[...REQUEST, 'server sends status NOT_FOUND', 'client receives status NOT_FOUND']],
    never: ['server sends headers', 'server sends message a', 'client receives message a'],
  },
  {
    id: 'client-gives-up',
    kind: 'unary',
    title: 'A client cancels a unary call',
    says: 'The client has its status at once: cancellation is decided on its side, and needs no answer. The server learns of it later, by RST_STREAM, and can only stop its work: whatever it sends now goes nowhere.',
    handler: {
      unary(call, answer) {
        call.on('cancelled', () => answer(null, { message: 'a' }))
        call.sendMetadata(call.metadata)
      },
    },
    async client(calls) {
      const call = calls.unary({ message: '1' }, () => {})
      const over = untilStatus(call)
      call.on('metadata', () => call.cancel())
      await over
    },
    sees: [[...REQUEST, 'client sends cancel', 'client receives status CANCELLED', 'server receives cancel']],
    never: ['server sends message a', 'client receives message a'],
  },
]
