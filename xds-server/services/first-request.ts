// Ends calls whose client sends no request, or only a part of one.

import { ServerInterceptingCall, type ServerInterceptor, ServerListenerBuilder, status } from '@grpc/grpc-js'

/** @param patienceMs from the begin of a call until its first request has arrived as a whole */
export function requireFirstRequest(patienceMs: number): ServerInterceptor {
  return (_, call) =>
    new ServerInterceptingCall(call, {
      start: (next) => {
        const timer = setTimeout(
          () =>
            call.sendStatus({
              code: status.DEADLINE_EXCEEDED,
              details: `no request arrived within ${patienceMs} ms`,
            }),
          patienceMs,
        )
        timer.unref()
        const listener = new ServerListenerBuilder()
          .withOnReceiveMessage((message, pass) => {
            clearTimeout(timer)
            pass(message)
          })
          .withOnReceiveHalfClose((pass) => {
            clearTimeout(timer)
            pass()
          })
          .withOnCancel(() => clearTimeout(timer))
          .build()
        next(listener)
      },
    })
}
