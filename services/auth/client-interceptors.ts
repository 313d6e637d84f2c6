// Client interceptors: a token on every call, and one retry with a new token after UNAUTHENTICATED.

import {
  InterceptingCall,
  type InterceptingListener,
  type Interceptor,
  type Metadata,
  status,
} from '@grpc/grpc-js'
import type { TokenSource } from './token-source.ts'

/**
 * Puts the token into `authorization`, where call credentials cannot: on plaintext, to a proxy on the same host.
 * Without a token the call goes on without one, and the other side says what is missing.
 */
export function withToken(source: TokenSource): Interceptor {
  return (options, nextCall) =>
    new InterceptingCall(nextCall(options), {
      start: (metadata, listener, next) => {
        source
          .get()
          .then(
            (token) => metadata.set('authorization', `Bearer ${token}`),
            () => {},
          )
          .then(() => next(metadata, listener))
      },
    })
}

/**
 * Repeats a unary call once, with a new token, where it ended UNAUTHENTICATED: a key was rotated, or the token has just
 * ended. Such a call was refused before a service saw it, so that repeating it does nothing twice. Streams are left alone.
 * It stands before `withToken` in a list of interceptors, and goes with call credentials of the same source too.
 */
export function retryUnauthenticated(source: TokenSource): Interceptor {
  return (options, nextCall) => {
    const { requestStream, responseStream } = options.method_definition
    if (requestStream || responseStream) return new InterceptingCall(nextCall(options))
    let message: unknown
    let second: ReturnType<typeof nextCall> | undefined
    const repeat = (metadata: Metadata, listener: InterceptingListener) => {
      second = nextCall(options)
      second.start(metadata, listener)
      second.sendMessage(message)
      second.halfClose()
      second.startRead()
    }
    return new InterceptingCall(nextCall(options), {
      start: (metadata, listener, next) => {
        const pristine = metadata.clone()
        const used = source.get().catch(() => undefined)
        next(metadata, {
          onReceiveStatus: async (end, pass) => {
            if (end.code !== status.UNAUTHENTICATED) return pass(end)
            const refused = await used
            if (refused !== undefined) source.discard(refused)
            repeat(pristine, listener)
          },
        })
      },
      sendMessage: (sent, next) => {
        message = sent
        next(sent)
      },
      cancel: (next) => {
        second?.cancelWithStatus(status.CANCELLED, 'cancelled by the client')
        next()
      },
    })
  }
}
