// Interceptors that record what passes them: the same on both sides, whatever the kind of call.

import {
  InterceptingCall,
  type Interceptor,
  type Metadata,
  ServerInterceptingCall,
  type ServerInterceptor,
  type StatusObject,
  status,
} from '@grpc/grpc-js'
import type { Recording } from './moment.ts'

/** Messages of stories say which they are, as `1`. */
const messageOf = (message: unknown): string => `message ${(message as { message?: string }).message ?? ''}`
const statusOf = ({ code }: Pick<StatusObject, 'code'>): string => `status ${status[code]}`

export function recordingClient(recording: Recording): Interceptor {
  const sends = (what: string) => recording.note('client', 'sends', what)
  const receives = (what: string) => recording.note('client', 'receives', what)
  return (options, nextCall) =>
    new InterceptingCall(nextCall(options), {
      start(metadata, _listener, next) {
        sends('headers')
        next(metadata, {
          onReceiveMetadata(received: Metadata, pass: (metadata: Metadata) => void) {
            receives('headers')
            pass(received)
          },
          onReceiveMessage(message: unknown, pass: (message: unknown) => void) {
            // For a unary call that ends without a message, grpc-js passes null.
            if (message !== null) receives(messageOf(message))
            pass(message)
          },
          onReceiveStatus(received: StatusObject, pass: (status: StatusObject) => void) {
            receives(statusOf(received))
            pass(received)
          },
        })
      },
      sendMessage(message, next) {
        sends(messageOf(message))
        next(message)
      },
      halfClose(next) {
        sends('half-close')
        next()
      },
      cancel(next) {
        sends('cancel')
        next()
      },
    })
}

/** @param current the recording of the call that is under way; undefined: it is not recorded */
export function recordingServer(current: () => Recording | undefined): ServerInterceptor {
  return (_method, call) => {
    const recording = current()
    if (recording === undefined) return new ServerInterceptingCall(call)
    let isOver = false
    // What a handler sends after the end of its call goes nowhere, and nobody tells it.
    const sends = (what: string) => {
      if (isOver) recording.note('server', 'notes', `would send ${what}, and the call is over`)
      else recording.note('server', 'sends', what)
    }
    const receives = (what: string) => recording.note('server', 'receives', what)
    return new ServerInterceptingCall(call, {
      start(next) {
        next({
          onReceiveMetadata(metadata, pass) {
            receives('headers')
            pass(metadata)
          },
          onReceiveMessage(message, pass) {
            receives(messageOf(message))
            pass(message)
          },
          onReceiveHalfClose(pass) {
            receives('half-close')
            pass()
          },
          // grpc-js calls it at the end of every call, also of one whose status was sent.
          onCancel() {
            if (!isOver) receives('cancel')
            isOver = true
            recording.over()
          },
        })
      },
      sendMetadata(metadata, next) {
        sends('headers')
        next(metadata)
      },
      sendMessage(message, next) {
        sends(messageOf(message))
        next(message)
      },
      sendStatus(sent, next) {
        sends(statusOf({ code: sent.code ?? status.OK }))
        isOver = true
        next(sent)
      },
    })
  }
}
