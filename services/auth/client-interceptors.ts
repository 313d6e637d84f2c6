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
 * Puts the token into `authorization` on plaintext channels, for a proxy on the same host; call credentials need TLS.
 * If the source has no token, the call starts without one and the server denies it.
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
 * Repeats a unary call once, with a new token, if it ended UNAUTHENTICATED: a key was rotated, or the token has just
 * expired. Such a call was denied before a service saw it, so repeating it does nothing twice. Streams are not repeated.
 * Put it before `withToken` in a list of interceptors. It also works with call credentials of the same source.
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
            const rejected = await used
            if (rejected !== undefined) source.discard(rejected)
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
