// A server interceptor that logs calls and messages.

import { ServerInterceptingCall, type ServerInterceptor, ServerListenerBuilder, status } from '@grpc/grpc-js'
import type { CallLog } from './call-log.ts'
import { CallRecord } from './call-record.ts'
import { causeOf } from './error-fields.ts'

/**
 * Put it first in the list of interceptors: then it sees what the client gets. Health checks and reflection are not logged, because
 * they would hide the rest.
 */
export function logServerCalls(log: CallLog): ServerInterceptor {
  return ({ path }, call) => {
    if (path.startsWith('/grpc.')) return new ServerInterceptingCall(call)
    const record = new CallRecord(log, 'server', path)
    let cause = (): unknown => undefined
    return new ServerInterceptingCall(call, {
      start: (next) => {
        const listener = new ServerListenerBuilder()
          .withOnReceiveMetadata((metadata, pass) => {
            cause = () => causeOf(metadata)
            record.begin(metadata, { caller: call.getPeer(), authority: call.getHost() })
            pass(metadata)
          })
          .withOnReceiveMessage((message, pass) => {
            record.message('request', message)
            pass(message)
          })
          .withOnCancel(() => record.end(endOfCancelled(call.getDeadline())))
          .build()
        next(listener)
      },
      sendMessage: (message, next) => {
        record.message('response', message)
        next(message)
      },
      sendStatus: (end, next) => {
        record.end({ ...end, cause: cause() })
        next(end)
      },
    })
  }
}

/** The server hears only that the call is over, and whether the deadline has passed says why. */
function endOfCancelled(deadline: Date | number) {
  const isLate = Number(deadline) <= Date.now()
  return isLate
    ? { code: status.DEADLINE_EXCEEDED, details: 'the deadline has passed' }
    : { code: status.CANCELLED, details: 'the client has cancelled the call, or is gone' }
}
