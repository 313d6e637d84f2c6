// A client interceptor that logs calls and messages.

import { InterceptingCall, type Interceptor } from '@grpc/grpc-js'
import type { CallLog } from './call-log.ts'
import { CallRecord } from './call-record.ts'

/** Put it first in the list of interceptors: then it sees what the application gets. Retries of the channel are one call. */
export function logClientCalls(log: CallLog): Interceptor {
  return (options, nextCall) => {
    const record = new CallRecord(log, 'client', options.method_definition.path)
    const call = nextCall(options)
    return new InterceptingCall(call, {
      start: (metadata, _, next) => {
        record.begin(metadata)
        next(metadata, {
          onReceiveMessage: (message, pass) => {
            // Where no message has come, grpc-js passes null.
            if (message) record.message('response', message)
            pass(message)
          },
          onReceiveStatus: (end, pass) => {
            record.end({ ...end, endpoint: call.getPeer() })
            pass(end)
          },
        })
      },
      sendMessage: (message, next) => {
        record.message('request', message)
        next(message)
      },
    })
  }
}
