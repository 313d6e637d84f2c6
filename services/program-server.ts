// HTTP servers for programs on this host: no page of a browser may call them, and no client may keep them busy.

import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http'
import { SwitchyardError } from '../core/errors.ts'
import { isOwnHost } from '../core/own-host.ts'

export interface ProgramServerOptions {
  /** Whether a host with its port is a name of this server. Default: no name is. */
  readonly isNamed?: (host: string) => boolean
  /** Milliseconds. Default: 10 s for the headers of a request, 14 s for all of it, checked each second. */
  readonly deadlines?: {
    readonly headersTimeout: number
    readonly requestTimeout: number
    readonly connectionsCheckingInterval: number
  }
}

/** A client that sends a byte a second is gone within 15 s. */
const DEADLINES = { headersTimeout: 10_000, requestTimeout: 14_000, connectionsCheckingInterval: 1_000 }
/** Connections at a time. */
const MOST_CONNECTIONS = 1_000
/** Of a body, in bytes. */
const MOST = 64 * 1024
const HEADERS = { 'x-content-type-options': 'nosniff', 'cross-origin-resource-policy': 'same-origin' }

/**
 * Answers 421 if the host of a request is not this server's (see `isOwnHost`), and 403 if a page asks. A request without a host is
 * of HTTP/1.0, which no browser sends.
 */
export function createProgramServer(
  answer: RequestListener,
  { isNamed = () => false, deadlines = DEADLINES }: ProgramServerOptions = {},
): Server {
  const server = createServer(deadlines, (request, response) => {
    for (const [name, value] of Object.entries(HEADERS)) response.setHeader(name, value)
    const { host, origin } = request.headers
    if (host !== undefined && !isOwnHost(host) && !isNamed(host)) {
      response.writeHead(421, { connection: 'close' }).end('call it by its IP address or localhost\n')
    } else if (origin !== undefined) {
      response.writeHead(403, { connection: 'close' }).end('not for pages of browsers\n')
    } else {
      answer(request, response)
    }
  })
  server.maxConnections = MOST_CONNECTIONS
  return server
}

/**
 * The body of a request as JSON.
 * @throws SwitchyardError `payload-too-large` if it has more than 64 KiB, `invalid-argument` if it is not JSON
 */
export async function readJson(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of request) {
    bytes += chunk.length
    if (bytes > MOST) {
      throw new SwitchyardError('payload-too-large', `the body is larger than ${MOST / 1024} KiB: send less`)
    }
    chunks.push(chunk)
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString())
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new SwitchyardError('invalid-argument', `the body is not JSON: ${reason}`, { cause })
  }
}
