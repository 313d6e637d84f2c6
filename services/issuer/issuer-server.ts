// Serves an issuer over HTTP: its key set for verifiers, and tokens at a separate address.

import { once } from 'node:events'
import type { RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { SwitchyardError } from '../../core/errors.ts'
import { joinAddress } from '../../core/host-and-port.ts'
import { listenPrivately } from '../../core/listen-privately.ts'
import { isOwnHost } from '../../core/own-host.ts'
import type { ListenAddress } from '../draining-listener.ts'
import { createProgramServer, type ProgramServerOptions, readJson } from '../program-server.ts'
import type { TokenIssuer } from './token-issuer.ts'
import { readTokenRequest } from './token-request.ts'

export const KEY_SET_PATH = '/jwks.json'
export const TOKEN_PATH = '/token'

const JSON_TYPE = 'application/json'
/** A host without a dot. An Envoy names the upstream there, whatever the document calls it. */
const SINGLE_LABEL = /^[\w-]+(:\d+)?$/

export interface IssuerServer {
  /** `host:port` or `unix:/path`. */
  readonly address: string
  close(): Promise<void>
}

export interface KeySetOptions {
  /** Host names of verifiers' requests, without ports, beside addresses and names without a dot. Default: none. */
  readonly hosts?: readonly string[]
  /** Called for each request for the key set. */
  readonly onFetch?: () => void
  /** As of `createProgramServer`. */
  readonly deadlines?: ProgramServerOptions['deadlines']
}

/** The key set is public: a name without a dot may be anybody's, and learns nothing that it could not ask for by itself. */
export async function serveKeySet(
  issuer: Pick<TokenIssuer, 'keySet'>,
  listen: ListenAddress,
  { hosts = [], onFetch = () => {}, deadlines }: KeySetOptions = {},
): Promise<IssuerServer> {
  const isNamed = (host: string) => SINGLE_LABEL.test(host) || isOwnHost(host, hosts)
  const answer: RequestListener = ({ method, url }, response) => {
    if (method !== 'GET' || url !== KEY_SET_PATH) return void response.writeHead(404).end()
    onFetch()
    response.writeHead(200, { 'content-type': 'application/jwk-set+json' }).end(JSON.stringify(issuer.keySet))
  }
  return serve(listen, answer, { isNamed, ...(deadlines && { deadlines }) })
}

/** `POST /token` issues a token for any subject, without authentication. For development on loopback only. */
export async function serveTokens(
  issuer: TokenIssuer,
  listen: ListenAddress,
  options: Pick<ProgramServerOptions, 'deadlines'> = {},
): Promise<IssuerServer> {
  const answer: RequestListener = async (request, response) => {
    const { method, url, headers } = request
    if (method !== 'POST' || url !== TOKEN_PATH) return void response.writeHead(404).end()
    // A browser sends any other content type to loopback without a CORS preflight.
    if (headers['content-type'] !== JSON_TYPE) return void response.writeHead(415).end()
    const send = (status: number, body: object) =>
      response
        .writeHead(status, { 'content-type': JSON_TYPE, 'cache-control': 'no-store' })
        .end(JSON.stringify(body))
    try {
      send(200, { token: await issuer.sign(readTokenRequest(await readJson(request))) })
    } catch (thrown) {
      const { message, statusCode } = SwitchyardError.from(thrown)
      // What is left of a body that is too large is not read.
      if (!request.complete) response.setHeader('connection', 'close')
      send(statusCode === 413 ? 413 : 400, { failed: message })
    }
  }
  return serve(listen, answer, options)
}

async function serve(
  listen: ListenAddress,
  answer: RequestListener,
  options: ProgramServerOptions,
): Promise<IssuerServer> {
  const server = createProgramServer(answer, options)
  listenPrivately(server, listen)
  await once(server, 'listening')
  return {
    address: 'path' in listen ? `unix:${listen.path}` : addressOf(server.address() as AddressInfo),
    close: async () => {
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
    },
  }
}

function addressOf({ address, port }: AddressInfo): string {
  return joinAddress(address, port)
}
