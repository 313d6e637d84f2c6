// Server streaming: one request, several answers, and three ways to end.

import { status } from '@grpc/grpc-js'
import type { Story } from '../story.ts'
import { ending, pause, untilMessage, untilStatus } from './acting.ts'

const REQUEST = ['client sends message 1', 'client sends half-close', 'server receives half-close']

export const SERVER_STREAMING: readonly Story[] = [
  {
    id: 'stream-to-the-end',
    kind: 'serverStream',
    title: 'Server streaming: one request, three answers',
    says: 'The client half-closes with its only message, and listens from then on. Each answer arrives when it was sent, not when all are there: a reader can work on the first while the last is still being made. Messages of one stream stay in order. The status ends the stream; there is no other end.',
    handler: {
      async serverStream(call) {
        for (const message of ['a', 'b', 'c']) {
          await pause()
          call.write({ message })
        }
        call.end()
      },
    },
    async client(calls) {
      await untilStatus(calls.serverStream({ message: '1' }).resume())
    },
    sees: [
      REQUEST,
      [
        'server sends message a',
        'server sends message b',
        'server sends message c',
        'server sends status OK',
      ],
      [
        ...['client receives headers', 'client receives message a', 'client receives message b'],
        ...['client receives message c', 'client receives status OK'],
      ],
    ],
  },
  {
    id: 'stream-that-fails',
    kind: 'serverStream',
    title: 'A server fails in the middle of a stream',
    says: 'HTTP would have answered 200 long ago; gRPC still can fail, because the status is in the trailers. The client has two good messages and then learns that the rest is missing. A program must not take the end of the messages for success: **only the status says so**.',
    handler: {
      async serverStream(call) {
        for (const message of ['a', 'b']) {
          await pause()
          call.write({ message })
        }
        call.emit('error', ending(status.DATA_LOSS, 'the third is unreadable'))
      },
    },
    async client(calls) {
      await untilStatus(calls.serverStream({ message: '1' }).resume())
    },
    sees: [
      ['server sends message a', 'server sends message b', 'server sends status DATA_LOSS'],
      ['client receives message a', 'client receives message b', 'client receives status DATA_LOSS'],
    ],
    never: ['client receives status OK'],
  },
  {
    id: 'reader-leaves',
    kind: 'serverStream',
    title: 'The client leaves a stream that would go on',
    says: 'The client has seen enough after two messages and cancels. It has its status at once. Until RST_STREAM arrives, the server does not know and sends on: these messages are lost work. A handler that makes messages must stop when its call is cancelled, or it makes them for nobody.',
    handler: {
      async serverStream(call) {
        for (let index = 0; !call.cancelled; index += 1) {
          call.write({ message: String.fromCharCode(97 + index) })
          await pause()
        }
        call.end()
      },
    },
    async client(calls) {
      const call = calls.serverStream({ message: '1' })
      const over = untilStatus(call)
      await untilMessage(call, 'b')
      call.cancel()
      await over
    },
    sees: [
      [...REQUEST, 'client receives message b', 'client sends cancel', 'client receives status CANCELLED'],
      ['client sends cancel', 'server receives cancel'],
    ],
    never: ['server sends status OK', 'client receives status OK'],
  },
]
