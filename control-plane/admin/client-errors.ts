// Requests that Node's HTTP parser rejects before there is a route: also they are answered with a problem document.

import { type IncomingMessage, maxHeaderSize, type ServerResponse, STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'
import { TLSSocket } from 'node:tls'
import type { FastifyInstance } from 'fastify'
import { PROBLEM_TYPE } from '../../api/media-types.ts'
import { type ErrorCode, SwitchyardError } from '../../core/errors.ts'
import { createProblem } from './problem.ts'
import { SECURITY_HEADERS } from './security-headers.ts'

/** By the code of Node's error: https://nodejs.org/api/http.html#event-clienterror */
const KNOWN: Readonly<Record<string, readonly [code: ErrorCode, detail: string]>> = {
  HPE_HEADER_OVERFLOW: [
    'headers-too-large',
    `the headers are larger than ${maxHeaderSize / 1024} KiB: send fewer or shorter ones`,
  ],
  HPE_CHUNK_EXTENSIONS_OVERFLOW: [
    'payload-too-large',
    'the extensions of the chunks are larger than 16 KiB: send the body without them',
  ],
  ERR_HTTP_REQUEST_TIMEOUT: [
    'request-timeout',
    'the request did not arrive completely in time: send its headers and its body at once',
  ],
}

/** Answers a request that is not HTTP/1.1 or does not arrive, and closes the connection. */
export function answerClientError(error: Error & { readonly code?: string }, socket: Socket): void {
  // The client has gone, the connection is half closed, or there is no TLS to answer over: nobody would read the answer.
  if (error.code === 'ECONNRESET' || !socket.writable || isWithoutSession(socket)) {
    socket.destroy()
    return
  }
  const [code, detail] = KNOWN[error.code ?? ''] ?? [
    'invalid-argument',
    `this is not a valid request of HTTP/1.1: ${error.message}`,
  ]
  const problem = createProblem(code, detail)
  const body = JSON.stringify(problem)
  const head = [
    `HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status]}`,
    `content-type: ${PROBLEM_TYPE}`,
    `content-length: ${Buffer.byteLength(body)}`,
    'connection: close',
    ...Object.entries(SECURITY_HEADERS).map(([name, value]) => `${name}: ${value}`),
  ]
  socket.write(`${head.join('\r\n')}\r\n\r\n${body}`)
  socket.destroySoon()
}

/** Whether the handshake of TLS has failed, or did not end in time. What is written then waits for it, and the socket stays. */
function isWithoutSession(socket: Socket): boolean {
  return socket instanceof TLSSocket && socket.getPeerFinished() === undefined
}

/** Takes over the two requests that Node would answer itself, without a body. */
export function answerAllRequests(server: FastifyInstance): void {
  // A server may ignore an expectation: https://www.rfc-editor.org/rfc/rfc9110#section-10.1.1
  server.server.on('checkExpectation', (request: IncomingMessage, response: ServerResponse) =>
    server.routing(request, response),
  )
  server.addHook('onRequest', async ({ raw: { httpVersion, headers } }, reply) => {
    if (headers.host !== undefined || httpVersion === '1.0') return
    reply.header('connection', 'close')
    throw new SwitchyardError('invalid-argument', 'the header Host is missing: HTTP/1.1 requires it')
  })
}
