// Ends calls of one request whose client sends none, or only a part of it. Streams have this deadline of their own (`open-streams.ts`):
// an interceptor costs each stream, and each of its messages.

import { ServerInterceptingCall, type ServerInterceptor, ServerListenerBuilder, status } from '@grpc/grpc-js'
import { startReadingDeadline } from '../../core/reading-deadline.ts'

/** @param patienceMs from the beginning of a call until its first request has arrived as a whole */
export function requireFirstRequest(patienceMs: number): ServerInterceptor {
  return ({ requestStream }, call) => {
    if (requestStream) return call as ServerInterceptingCall
    return new ServerInterceptingCall(call, {
      start: (next) => {
        const endDeadline = startReadingDeadline(patienceMs, () =>
          call.sendStatus({
            code: status.DEADLINE_EXCEEDED,
            details: `no request arrived within ${patienceMs} ms`,
          }),
        )
        const listener = new ServerListenerBuilder()
          .withOnReceiveMessage((message, pass) => {
            endDeadline()
            pass(message)
          })
          .withOnReceiveHalfClose((pass) => {
            endDeadline()
            pass()
          })
          .withOnCancel(endDeadline)
          .build()
        next(listener)
      },
    })
  }
}
