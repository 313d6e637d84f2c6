// Interceptors: what every call needs, in one place. Two on each side: a request id, a clock, a gate and an audit log.

import {
  InterceptingCall,
  type Interceptor,
  type Metadata,
  Metadata as NewMetadata,
  ServerInterceptingCall,
  type ServerInterceptor,
  type StatusObject,
  status,
} from '@grpc/grpc-js'
import { connectEcho, type Print, serveEcho } from './echo.ts'

const REQUEST_ID = 'x-request-id'

/** What was seen: each line is an event, in its order. */
export interface InterceptorsSeen {
  readonly allowed: readonly string[]
  readonly denied: readonly string[]
  /** How often the handler ran. */
  readonly handled: number
}

/** Client: gives each call an id. */
function requestIds(log: Print): Interceptor {
  let last = 0
  return (options, nextCall) =>
    new InterceptingCall(nextCall(options), {
      start(metadata, listener, next) {
        last += 1
        metadata.set(REQUEST_ID, `call-${last}`)
        log('client: request id added')
        next(metadata, listener)
      },
    })
}

/** Client: says how each call ended, and after what time. */
function clock(log: Print): Interceptor {
  return (options, nextCall) => {
    const begin = performance.now()
    return new InterceptingCall(nextCall(options), {
      start(metadata, _listener, next) {
        log('client: clock started')
        next(metadata, {
          onReceiveStatus(received: StatusObject, pass: (status: StatusObject) => void) {
            const ms = (performance.now() - begin).toFixed(0)
            log(
              `client: clock stopped, ${options.method_definition.path} ${status[received.code]} after ${ms} ms`,
            )
            pass(received)
          },
        })
      },
    })
  }
}

/** Server: ends calls without an id before their handler sees them. */
function gate(log: Print): ServerInterceptor {
  return (_method, call) =>
    new ServerInterceptingCall(call, {
      start(next) {
        next({
          onReceiveMetadata(metadata: Metadata, pass: (metadata: Metadata) => void) {
            if (metadata.get(REQUEST_ID).length > 0) {
              log('server: gate open')
              pass(metadata)
              return
            }
            log('server: gate closed')
            call.sendStatus({ code: status.INVALID_ARGUMENT, details: `${REQUEST_ID} is missing` })
          },
        })
      },
    })
}

/** Server: notes how each call ended. It is outside of the gate, so that it sees calls that the gate ends. */
function audit(log: Print): ServerInterceptor {
  return (method, call) =>
    new ServerInterceptingCall(call, {
      sendStatus(sent, next) {
        log(`server: audit ${method.path} ${status[sent.code ?? status.OK]}`)
        next(sent)
      },
    })
}

/** A call with an id, which gets through, and one without, which does not. */
export async function showInterceptors(print: Print): Promise<InterceptorsSeen> {
  const lines: string[] = []
  const log = (line: string) => {
    lines.push(line)
    print(line)
  }
  let handled = 0
  const server = await serveEcho(
    {
      unary(_call, answer) {
        handled += 1
        log('server: handler')
        answer(null, {})
      },
    },
    { interceptors: [audit(log), gate(log)] },
  )
  const client = connectEcho(server.address)
  const call = (interceptors: Interceptor[]) =>
    new Promise<readonly string[]>((resolve) => {
      lines.length = 0
      client.unary({}, new NewMetadata(), { interceptors }, () => resolve([...lines]))
    })
  try {
    const allowed = await call([clock(log), requestIds(log)])
    const denied = await call([clock(log)])
    return { allowed, denied, handled }
  } finally {
    client.close()
    server.close()
  }
}
