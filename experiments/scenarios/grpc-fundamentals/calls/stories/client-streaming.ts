// Client streaming: several messages, one answer, and an answer before the client has finished.

import type { EventEmitter } from 'node:events'
import { once } from 'node:events'
import { status } from '@grpc/grpc-js'
import { find, type Moment } from '../moment.ts'
import type { EchoCalls, Story } from '../story.ts'
import { ending, pause, untilStatus } from './acting.ts'

const MESSAGES = ['1', '2', '3']

/** Sends three messages and half-closes. After `watched` of them it waits for the end of the call, and sends the others all the same. */
function sendThree(watched = MESSAGES.length + 1) {
  return async (calls: EchoCalls): Promise<void> => {
    const call = calls.clientStream(() => {})
    const over = untilStatus(call)
    for (const [index, message] of MESSAGES.entries()) {
      call.write({ message })
      await (index + 1 === watched ? over : pause())
    }
    call.end()
    await over
  }
}

/** Resolves with the first message of a call. */
const firstOf = (call: EventEmitter) => once(call, 'data')

export const CLIENT_STREAMING: readonly Story[] = [
  {
    id: 'upload-to-the-end',
    kind: 'clientStream',
    title: 'Client streaming: three messages, one answer',
    says: 'The server gets each message as it comes. It may answer only once, so it usually waits for the half-close, which says that no more messages come. **Half-close is the client\'s "that was all"**: the client may still receive, and the server still sends.',
    handler: {
      clientStream(call, answer) {
        call.on('data', () => {}).on('end', () => answer(null, { message: 'a' }))
      },
    },
    client: sendThree(),
    sees: [
      ['server receives headers', 'server receives message 1', 'server receives message 2'],
      ['server receives message 3', 'server receives half-close', 'server sends message a'],
      ['client sends half-close', 'server receives half-close'],
      ['server sends status OK', 'client receives status OK'],
      ['client receives headers', 'client receives message a', 'client receives status OK'],
    ],
  },
  {
    id: 'early-answer',
    kind: 'clientStream',
    title: 'The server answers before the client has finished',
    says: 'After the first message the server knows enough: it answers, and its status ends the call for both sides, although the client has not half-closed. The client of this story has its status and sends on all the same: `write` takes every message and reports no error, and none of them arrives. **Watch for the status while you send.**',
    handler: {
      async clientStream(call, answer) {
        await firstOf(call)
        answer(null, { message: 'a' })
      },
    },
    client: sendThree(1),
    sees: [
      ['server receives message 1', 'server sends message a', 'server sends status OK'],
      ['client sends message 1', 'client receives message a', 'client receives status OK'],
    ],
    never: ['server receives message 2', 'server receives half-close', 'client sends cancel'],
  },
  {
    id: 'server-refuses',
    kind: 'clientStream',
    title: 'The server ends a call that it does not want',
    says: 'A server cannot cancel a call: it ends it with a status. Here it has had enough after the second message. The client gets the reason at once, with trailing metadata, and not only after it has sent everything.',
    handler: {
      clientStream(call, answer) {
        call.on('data', ({ message }) => {
          if (message === '2') answer(ending(status.RESOURCE_EXHAUSTED, 'two are enough'))
        })
      },
    },
    client: sendThree(2),
    sees: [
      ['server receives message 2', 'server sends status RESOURCE_EXHAUSTED'],
      ['client sends message 2', 'client receives status RESOURCE_EXHAUSTED'],
    ],
    never: ['server receives message 3', 'server receives half-close', 'server sends headers'],
  },
  {
    id: 'upload-abandoned',
    kind: 'clientStream',
    title: 'The client cancels an upload',
    says: (moments) =>
      `The client gives up after two messages, and has its status at once. ${commitOf(moments)} The reason is on the wire: to cancel, grpc-js ends its direction of the stream in a DATA frame and then sends RST_STREAM, so the server reads a half-close first. **Never take half-close for "complete"**: let the last message say that it is the last, or the first how many follow.`,
    handler: {
      clientStream(call, answer) {
        call.on('end', () => answer(null, { message: 'a' }))
        call.on('data', ({ message }) => {
          // So that the client knows when both messages have arrived.
          if (message === '2') call.sendMetadata(call.metadata)
        })
      },
    },
    async client(calls) {
      const call = calls.clientStream(() => {})
      const over = untilStatus(call)
      for (const message of ['1', '2']) call.write({ message })
      await once(call, 'metadata')
      call.cancel()
      await over
    },
    sees: [['server receives message 2', 'client sends cancel', 'client receives status CANCELLED']],
    never: ['client receives message a', 'client receives status OK'],
  },
]

/** What the server made of it, as seen in this run. */
function commitOf(moments: readonly Moment[]): string {
  const sent = find(moments, 'client sends cancel')
  const ended = find(moments, 'server receives half-close')
  if (sent === undefined || ended === undefined) return 'The server saw a cancel, and no half-close.'
  const later = (ended.atMs - sent.atMs).toFixed(1)
  const answered = find(moments, 'server sends message a')
  return `But ${later} ms later **the server got a half-close**, as after a complete upload${answered ? ', and answered as if it had everything' : ''}.`
}
