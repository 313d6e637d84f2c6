// Bidirectional streaming: two streams of messages that need not know of each other.

import { once } from 'node:events'
import { status } from '@grpc/grpc-js'
import type { Handlers, Story } from '../story.ts'
import { ending, pause, untilMessage, untilStatus } from './acting.ts'

const echoing: Handlers['bidirectional'] = (call) => {
  call.on('data', ({ message }) => call.write({ message: `answer to ${message}` }))
  call.on('end', () => call.end())
}

export const BIDIRECTIONAL: readonly Story[] = [
  {
    id: 'ping-pong',
    kind: 'bidirectional',
    title: 'Bidirectional streaming as a conversation',
    says: 'The client waits for each answer before it sends the next message. One call carries the whole conversation: headers and status are paid once, and **all its messages go to the same server**, also through a proxy that balances calls.',
    handler: { bidirectional: echoing },
    async client(calls) {
      const call = calls.bidirectional()
      const over = untilStatus(call)
      for (const message of ['1', '2']) {
        const answered = untilMessage(call, `answer to ${message}`)
        call.write({ message })
        await answered
      }
      call.end()
      await over
    },
    sees: [
      [
        ...['client sends message 1', 'server receives message 1', 'server sends message answer to 1'],
        ...[
          'client receives message answer to 1',
          'client sends message 2',
          'client receives message answer to 2',
        ],
        ...[
          'client sends half-close',
          'server receives half-close',
          'server sends status OK',
          'client receives status OK',
        ],
      ],
    ],
  },
  {
    id: 'half-close',
    kind: 'bidirectional',
    title: 'Half-close: one side has finished, the other goes on',
    says: 'The client half-closes after one message. The server has received everything, and sends three messages after that: half-close ends one direction only. There is no half-close of the server: its end of messages is its status, which ends the call for both.',
    handler: {
      bidirectional(call) {
        call.resume().on('end', async () => {
          for (const message of ['a', 'b', 'c']) {
            await pause()
            call.write({ message })
          }
          call.end()
        })
      },
    },
    async client(calls) {
      const call = calls.bidirectional()
      const over = untilStatus(call.resume())
      call.write({ message: '1' })
      call.end()
      await over
    },
    sees: [
      [
        'client sends half-close',
        'server receives half-close',
        'server sends message a',
        'client receives message c',
      ],
      ['server sends message c', 'server sends status OK', 'client receives status OK'],
    ],
    never: ['client sends cancel', 'server receives cancel'],
  },
  {
    id: 'server-ends-first',
    kind: 'bidirectional',
    title: 'The server ends a conversation',
    says: 'The server answers the first message and ends with a status, while the client would go on. For the client the call is over as soon as it reads the status. Messages that are on their way then are dropped, and no error says so: a protocol that must not lose them needs acknowledgments of its own.',
    handler: {
      async bidirectional(call) {
        await once(call, 'data')
        call.write({ message: 'a' })
        await pause()
        call.emit('error', ending(status.ABORTED, 'another writer was faster'))
      },
    },
    async client(calls) {
      const call = calls.bidirectional()
      let isOver = false
      const over = untilStatus(call.resume()).then(() => {
        isOver = true
      })
      for (let index = 1; !isOver && index < 100; index += 1) {
        call.write({ message: String(index) })
        await pause()
      }
      await over
    },
    sees: [
      ['server receives message 1', 'server sends message a', 'server sends status ABORTED'],
      ['client receives message a', 'client receives status ABORTED'],
    ],
    never: ['client sends half-close', 'server receives message 99'],
  },
  {
    id: 'client-hangs-up',
    kind: 'bidirectional',
    title: 'The client cancels a conversation',
    says: 'Cancel ends both directions at once. The client gets no message after it, also none that was on its way, and its own last message may never have left. grpc-js half-closes when it cancels, so the server may see a half-close before the end of the call, as if the client had finished.',
    handler: { bidirectional: echoing },
    async client(calls) {
      const call = calls.bidirectional()
      const over = untilStatus(call)
      const answered = untilMessage(call, 'answer to 1')
      call.write({ message: '1' })
      await answered
      call.write({ message: '2' })
      call.cancel()
      await over
    },
    sees: [
      ['client receives message answer to 1', 'client sends cancel', 'client receives status CANCELLED'],
    ],
    never: ['client receives message answer to 2', 'client receives status OK'],
  },
]
