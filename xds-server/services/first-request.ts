// Ends calls whose client sends no request, or only a part of one.

import { ServerInterceptingCall, type ServerInterceptor, ServerListenerBuilder, status } from '@grpc/grpc-js'
import { startReadingDeadline } from '../../core/reading-deadline.ts'

/** @param patienceMs from the begin of a call until its first request has arrived as a whole */
export function requireFirstRequest(patienceMs: number): ServerInterceptor {
  return (_, call) =>
    new ServerInterceptingCall(call, {
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
