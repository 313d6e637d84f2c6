// A call of one request ends if the request does not come in time. Streams do not.

import { mock } from 'node:test'
import { type ServerInterceptingCallInterface, type ServerMethodDefinition, status } from '@grpc/grpc-js'
import t from 'tap'
import { byteMethod } from './byte-method.ts'
import { requireFirstRequest } from './first-request.ts'

t.beforeEach(() => mock.timers.enable({ apis: ['setTimeout'] }))
t.afterEach(() => mock.timers.reset())

type Listener = Parameters<ServerInterceptingCallInterface['start']>[0]

/** A call at the transport; what comes goes through the interceptor. */
function call(requestStream: boolean) {
  const statuses: unknown[] = []
  const received: string[] = []
  let listener: Listener | undefined
  const transport = {
    start: (next: Listener) => {
      listener = next
    },
    sendStatus: (one: unknown) => statuses.push(one),
  } as unknown as ServerInterceptingCallInterface
  const method = { ...byteMethod('/a.B/C'), requestStream } as ServerMethodDefinition<Buffer, Buffer>
  const intercepted = requireFirstRequest(8_000)(method as never, transport as never)
  intercepted.start({
    onReceiveMetadata: () => {},
    onReceiveMessage: () => received.push('message'),
    onReceiveHalfClose: () => received.push('end'),
    onCancel: () => received.push('cancel'),
  })
  if (listener === undefined) throw new Error('it has not begun')
  const wait = () => {
    for (let part = 0; part < 4; part += 1) mock.timers.tick(2_000)
    return statuses
  }
  return { isSame: (intercepted as unknown) === transport, listener, received, wait }
}

t.test('a call without a request ends when its time is over', async (t) => {
  const { wait } = call(false)
  t.strictSame(wait(), [{ code: status.DEADLINE_EXCEEDED, details: 'no request arrived within 8000 ms' }])
})

for (const [what, receive] of [
  ['message', (one: Listener) => one.onReceiveMessage(Buffer.of())],
  ['end', (one: Listener) => one.onReceiveHalfClose()],
  ['cancel', (one: Listener) => one.onCancel()],
] as const) {
  t.test(`a call goes on after its ${what}, which the handler gets`, async (t) => {
    const { listener, received, wait } = call(false)
    receive(listener)
    await new Promise(setImmediate)
    t.strictSame(wait(), [])
    t.strictSame(received, [what])
  })
}

t.test('a stream is left alone, because it has a deadline of its own', async (t) => {
  const { isSame, wait } = call(true)
  t.ok(isSame)
  t.strictSame(wait(), [])
})
