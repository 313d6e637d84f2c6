// Lets a backend fail a share of its calls, so that clients and proxies have something to notice.

import { ServerInterceptingCall, type ServerInterceptor, ServerListenerBuilder, status } from '@grpc/grpc-js'

const DETAILS = 'made to fail (--fail-percent)'

/**
 * Ends a share of the calls with UNAVAILABLE before their handler sees them, evenly spread among the others. The answer has no
 * message, so that a proxy may retry. Health checks and reflection never fail.
 */
export function failing(percent: number): ServerInterceptor {
  let calls = 0
  return ({ path }, call) => {
    if (path.startsWith('/grpc.')) return new ServerInterceptingCall(call)
    calls += 1
    if (!isDue(calls, percent)) return new ServerInterceptingCall(call)
    return new ServerInterceptingCall(call, {
      start: (next) => {
        const listener = new ServerListenerBuilder()
          .withOnReceiveMetadata(() => call.sendStatus({ code: status.UNAVAILABLE, details: DETAILS }))
          .build()
        next(listener)
      },
    })
  }
}

/** Of 10 calls with 30 %: the fourth, the seventh and the tenth. */
function isDue(call: number, percent: number): boolean {
  return Math.floor((call * percent) / 100) > Math.floor(((call - 1) * percent) / 100)
}
