// The HTTP/2 session that grpc-js makes a call on: it counts bytes. grpc-js does not show it, and Node reports each new stream.
// https://nodejs.org/api/diagnostics_channel.html#http2

import diagnostics from 'node:diagnostics_channel'
import type { ClientHttp2Session, ClientHttp2Stream } from 'node:http2'

/** The session on which a call is made. No other call may begin meanwhile. */
export async function sessionOf(call: () => Promise<void>): Promise<ClientHttp2Session> {
  const found = Promise.withResolvers<ClientHttp2Session>()
  const notice = (message: unknown) => {
    const { session } = (message as { readonly stream: ClientHttp2Stream }).stream
    if (session !== undefined) found.resolve(session as ClientHttp2Session)
  }
  diagnostics.subscribe('http2.client.stream.created', notice)
  await call()
  diagnostics.unsubscribe('http2.client.stream.created', notice)
  found.reject(new Error('the call has opened no stream: is there a connection?'))
  return await found.promise
}
