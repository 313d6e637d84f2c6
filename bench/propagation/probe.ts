// Calls on new connections, which tell by their answers whether an Envoy treats them as L4 or as L7.

import { once } from 'node:events'
import { connect } from 'node:http2'

/** An empty message of gRPC: no compression, no bytes. https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md */
const EMPTY_MESSAGE = Buffer.alloc(5)
const METHOD = '/switchyard.echo.v1.EchoService/Unary'
/** Envoy's router adds it; a tcp_proxy adds nothing. */
const SIGN_OF_L7 = 'x-envoy-upstream-service-time'

/** Resolves once a call to `target` is answered in the given mode. */
export async function untilBehaves(target: string, mode: 'l4' | 'l7'): Promise<void> {
  while ((await modeOf(target)) !== mode);
}

async function modeOf(target: string): Promise<'l4' | 'l7' | undefined> {
  const session = connect(`http://${target}`)
  try {
    const call = session.request({
      ':method': 'POST',
      ':path': METHOD,
      'content-type': 'application/grpc',
      te: 'trailers',
    })
    const failed = once(session, 'error').then(([error]) => Promise.reject(error))
    call.end(EMPTY_MESSAGE)
    const [headers] = await Promise.race([once(call, 'response'), failed])
    return SIGN_OF_L7 in headers ? 'l7' : 'l4'
  } catch {
    // The connection met a listener that was being replaced.
    return undefined
  } finally {
    session.destroy()
  }
}
