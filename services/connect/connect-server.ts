// A server of connect on HTTP/1.1, as browsers call one without TLS: gRPC-Web and Connect, with CORS for pages of other origins.

import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type ConnectRouter, cors, createContextValues } from '@connectrpc/connect'
import { connectNodeAdapter } from '@connectrpc/connect-node'
import { PEER } from './connect-service.ts'

export interface ConnectServerOptions {
  /** Default: a free port of 127.0.0.1. */
  readonly listen?: { readonly host: string; readonly port: number }
  readonly routes: (router: ConnectRouter) => void
  /** The largest message that it takes. Default: connect's own limit, 4 GiB. */
  readonly maxMessageBytes?: number
  /** Origins whose pages may call. Default: none. */
  readonly origins?: readonly string[]
}

export interface ConnectServer {
  /** `HOST:PORT` */
  readonly address: string
  /** Closes all connections. */
  close(): Promise<void>
}

/** Errors are those of `listen`, such as `EADDRINUSE`. */
export async function startConnectServer({
  listen = { host: '127.0.0.1', port: 0 },
  routes,
  origins = [],
  maxMessageBytes,
}: ConnectServerOptions): Promise<ConnectServer> {
  const call = connectNodeAdapter({
    routes,
    ...(maxMessageBytes !== undefined && { readMaxBytes: maxMessageBytes }),
    contextValues: ({ socket }) =>
      createContextValues().set(PEER, `${socket.remoteAddress}:${socket.remotePort}`),
  })
  const server = createServer((request, response) => {
    if (allowOrigin(request, response, origins)) call(request, response)
  })
  server.listen(listen.port, listen.host)
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    address: `${listen.host}:${port}`,
    async close() {
      const closed = once(server, 'close')
      server.close()
      server.closeAllConnections()
      await closed
    },
  }
}

const PREFLIGHT_SECONDS = 600

/** Connect knows the names of its headers and leaves CORS to the server. @returns whether the call goes on */
function allowOrigin(
  { method, headers }: IncomingMessage,
  response: ServerResponse,
  origins: readonly string[],
): boolean {
  const { origin } = headers
  const isAllowed = origin !== undefined && origins.includes(origin)
  if (isAllowed) {
    response.setHeader('access-control-allow-origin', origin)
    response.setHeader('vary', 'origin')
    response.setHeader('access-control-expose-headers', cors.exposedHeaders.join(', '))
  }
  if (method !== 'OPTIONS') return true
  if (isAllowed) {
    response.setHeader('access-control-allow-methods', cors.allowedMethods.join(', '))
    response.setHeader(
      'access-control-allow-headers',
      // With the headers of tokens, and whatever else the page asks for.
      headers['access-control-request-headers'] ?? cors.allowedHeaders.join(', '),
    )
    response.setHeader('access-control-max-age', String(PREFLIGHT_SECONDS))
  }
  response.writeHead(204).end()
  return false
}
